import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { keepMessage } from "../../domain/git/keepMessage.ts"
import { nthName } from "../../domain/task/tree.ts"
import { ObjectFailed, Objects } from "../../world/git/objects.ts"
import { isTaken, Refs } from "../../world/git/refs.ts"
import { workSince } from "./workSince.ts"

export const keepPrefix = "refs/osier/keep/"

/** A task or attempt as one part of a ref's name; every byte that git forbids there, or that would nest, is percent-encoded. */
const refPart = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*~.]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)

/** Puts a commit on a keep ref that did not exist before: `<task>/<attempt>`, or the next free `<attempt>-2`, `-3`, … */
export const claimKeep = Effect.fn("claimKeep")(function* (task: string | number, attempt: string | number, commit: string) {
  const refs = yield* Refs
  for (let n = 1; ; n++) {
    const ref = keepPrefix + refPart(String(task)) + "/" + nthName(refPart(String(attempt)), n)
    const won = yield* refs.swap([{ ref, from: undefined, to: commit }]).pipe(
      Effect.as(true),
      Effect.catchIf(isTaken, () => Effect.succeed(false)),
    )
    if (won) return ref
  }
})

/** Who signs what osier keeps; the work inside carries its own authors. */
export const keeper = Effect.map(Clock.currentTimeMillis, (ms) => `osier <osier@localhost> ${Math.floor(ms / 1000)} +0000`)

/** Keeps a commit that is about to lose its last name. */
export const keepCommit = Effect.fn("keepCommit")(function* (input: {
  readonly task: string | number
  readonly attempt: string | number
  readonly commit: string
  readonly reason: string
  /** The target: where the work left its history is where it began. */
  readonly onto?: string | undefined
}) {
  const objects = yield* Objects
  const tree = yield* objects.look(`${input.commit}^{tree}`)
  if (tree === undefined) return yield* new ObjectFailed({ name: input.commit, reason: "it is not there, or no commit" })
  const by = yield* keeper
  const { base, files } = yield* workSince(tree.oid, input.commit, input.onto)
  const message = keepMessage({
    task: String(input.task),
    attempt: String(input.attempt),
    reason: input.reason,
    files,
    left: [],
    parts: { Head: input.commit, ...(base === undefined ? {} : { Base: base }) },
  })
  const commit = yield* objects.writeCommit({ tree: tree.oid, parents: [input.commit], message, author: by, committer: by })
  return { ref: yield* claimKeep(input.task, input.attempt, commit), commit, files }
})

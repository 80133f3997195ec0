import * as Effect from "effect/Effect"
import { customAlphabet } from "nanoid"
import type { Task } from "../../domain/task/task.ts"
import { readSummary, type Summary } from "../../domain/task/trailers.ts"
import { Git } from "../../world/git/git.ts"
import { Refs } from "../../world/git/refs.ts"
import { Repository } from "../../world/git/repository.ts"
import type { RecordFiles } from "./recordAt.ts"
import { recordCommit } from "./recordCommit.ts"

/** A task without a number yet, made where numbers could not be had; it stays on this machine until it gets one. */
export interface Drafted {
  readonly nonce: string
  readonly commit: string
  /** Its `id` is 0 until it has been given a number. */
  readonly task: Summary
}

/** Lower case without look-alikes: it is a part of a ref, and file systems may not tell A from a. */
export const draftNonce = customAlphabet("23456789abcdefghjkmnpqrstuvwxyz", 12)

const prefix = "refs/osier/drafts/"
export const draftRef = (nonce: string): string => `${prefix}${nonce}`

/** What a draft's task carries for ever, so that it is found again however often it is asked to get a number. */
export const draftSource = (nonce: string): string => `draft:${nonce}`

/** Where the numbers of other drafts that it needs will go. */
export const draftNeeds = "draft_needs"

const none: RecordFiles = new Map()

/** Stores a draft; false when there was one of that nonce already. */
export const createDraft = Effect.fn("createDraft")(function* (nonce: string, task: Task) {
  const commit = yield* recordCommit({ task: { ...task, id: 0, source: draftSource(nonce) }, parents: [], files: none })
  return yield* move(nonce, undefined, commit)
})

/** Notes the number of a draft. Of any number of processes one succeeds, so that it never gets two. */
export const giveNumber = Effect.fn("giveNumber")(function* (draft: Drafted, task: Task) {
  const commit = yield* recordCommit({ task, parents: [draft.commit], files: none })
  return yield* move(draft.nonce, draft.commit, commit)
})

/** Takes away a draft whose task stands in the store. */
export const dropDraft = (draft: Drafted) => move(draft.nonce, draft.commit, undefined)

/** Every draft, oldest first. */
export const listDrafts = Effect.fn("listDrafts")(function* () {
  const git = yield* Git
  const { commonDir } = yield* Repository
  const format = "--format=%(refname)%00%(objectname)%00%(contents)%00%01"
  const text = yield* git.text(["--git-dir", commonDir, "for-each-ref", format, prefix], { cwd: commonDir })
  return text
    .split("\0\x01")
    .flatMap((row): readonly Drafted[] => {
      const [ref, commit, message = ""] = row.replace(/^\n/, "").split("\0")
      const task = readSummary(message)
      return ref === undefined || commit === undefined || task === undefined ? [] : [{ nonce: ref.slice(prefix.length), commit, task }]
    })
    .toSorted((a, b) => (a.task.created < b.task.created ? -1 : a.task.created > b.task.created ? 1 : 0))
})

const move = Effect.fnUntraced(function* (nonce: string, from: string | undefined, to: string | undefined) {
  const refs = yield* Refs
  return yield* refs.swap([{ ref: draftRef(nonce), from, to }]).pipe(
    Effect.as(true),
    Effect.catchTag("SwapLost", () => Effect.succeed(false)),
  )
})

import * as Effect from "effect/Effect"
import { join } from "node:path"
import { Repository } from "../../world/git/repository.ts"
import { Files } from "../../world/machine/files.ts"
import { readCommit } from "./readCommit.ts"

/** Where two histories part, and what each has beyond that commit, newest first. */
export interface Fork {
  readonly base: string
  readonly one: readonly string[]
  readonly other: readonly string[]
}

/** Further back than this git is asked: a task is seldom so far behind its target. */
const farthest = 200

/**
 * Where two commits' histories part, told from the commits themselves: only when both are chains without a merge down to
 * there, so that the commit is their one merge base. Undefined says nothing: git has to be asked.
 */
export const forkOf = Effect.fn("forkOf")(function* (one: string, other: string) {
  // With either of them a commit's parents are not those that it names.
  if (yield* isRewired) return undefined
  const [here, there] = [yield* chainFrom(one), yield* chainFrom(other)]
  for (let steps = 0; steps < farthest; steps++) {
    if (there.at.has(here.last())) return forkAt(here.last(), here, there)
    if (here.at.has(there.last())) return forkAt(there.last(), here, there)
    const went = [yield* here.step, yield* there.step]
    if (!went.includes(true)) return undefined
  }
  return undefined
})

const isRewired = Effect.gen(function* () {
  const files = yield* Files
  const { commonDir } = yield* Repository
  for (const name of ["shallow", join("info", "grafts")]) if ((yield* files.stat(join(commonDir, name))) !== undefined) return true
  return false
})

/** A commit and those before it, one by one, up to a merge or a root. */
const chainFrom = Effect.fnUntraced(function* (name: string) {
  let commit = yield* readCommit(name)
  const at = new Set([commit.oid])
  const step = Effect.gen(function* () {
    const [parent, second] = commit.parents
    if (parent === undefined || second !== undefined) return false
    commit = yield* readCommit(parent)
    at.add(commit.oid)
    return true
  })
  return { at, step, last: () => commit.oid }
})

const forkAt = (base: string, one: { readonly at: ReadonlySet<string> }, other: { readonly at: ReadonlySet<string> }): Fork => {
  const before = ({ at }: { readonly at: ReadonlySet<string> }) => [...at].slice(0, [...at].indexOf(base))
  return { base, one: before(one), other: before(other) }
}

import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { nthName, readTreeName } from "../../domain/task/tree.ts"
import { isTaken, Refs } from "../../world/git/refs.ts"
import { keepCommit } from "../commit/keepCommit.ts"
import { mergeBase } from "../commit/mergeBase.ts"
import { branchHolder } from "../commit/treeEntries.ts"

/** The branch is checked out somewhere, and one branch can't be in two checkouts. */
export class BranchInUse extends Data.TaggedError("BranchInUse")<{ readonly branch: string; readonly path: string }> {
  override get message() {
    return `branch ${this.branch} is checked out at ${this.path}`
  }
  get hint() {
    return `Switch ${this.path} to another branch, or name another branch for the task. If a task works there, \`osier run\` goes on after it.`
  }
  readonly exit = 3
}

/** A branch of the user's is in the way of the names of the task branches: git can't have `a` and `a/b` at once. */
export class BranchBlocked extends Data.TaggedError("BranchBlocked")<{ readonly branch: string; readonly by: string }> {
  override get message() {
    return `the branch ${this.by} makes ${this.branch} impossible: git can't have both names`
  }
  get hint() {
    return `Rename it with \`git branch -m ${this.by} ${this.by}-branch\`, or set \`branch: "osier/{slug}-{id}"\` in osier.yaml.`
  }
  readonly exit = 3
}

/** Fails when a branch such as `task` forbids every branch of a pattern such as `task/{slug}-{id}`. */
export const preflightBranches = Effect.fn("preflightBranches")(function* (pattern: string) {
  const refs = yield* Refs
  const parts = pattern.split("/").slice(0, -1)
  for (let length = 1; length <= parts.length; length++) {
    const by = parts.slice(0, length).join("/")
    if (by.includes("{")) return
    if ((yield* refs.read(`refs/heads/${by}`)) !== undefined) return yield* new BranchBlocked({ branch: pattern, by })
  }
})

export interface ClaimedBranch {
  readonly branch: string
  readonly base: string
  /** The commit it was made at by this call; absent when it was there before. */
  readonly made?: string
}

/**
 * The branch of a task, made at `base`, without upstream tracking. One that is there already may be somebody's work: it is
 * left alone and another name taken, unless the caller says to continue it (`adopt`) or to cut it anew (`fresh`).
 */
export const claimBranch = Effect.fn("claimBranch")(function* (input: {
  readonly name: string
  readonly branch: string
  readonly base: string
  readonly existing?: "adopt" | "fresh" | undefined
}) {
  const refs = yield* Refs
  yield* preflightBranches(input.branch)
  const tip = yield* refs.read(`refs/heads/${input.branch}`)
  if (tip !== undefined && input.existing !== undefined) {
    const path = yield* branchHolder(input.branch)
    if (path !== undefined) return yield* new BranchInUse({ branch: input.branch, path })
    return input.existing === "adopt" ? yield* adopt(input, tip) : yield* cutAnew(input, tip)
  }
  for (let n = 1; ; n++) {
    const branch = nthName(input.branch, n)
    // As a folder of other branches the name is taken as well.
    if ((yield* refs.list(`refs/heads/${branch}/`)).size > 0) continue
    const won = yield* refs.swap([{ ref: `refs/heads/${branch}`, from: undefined, to: input.base }]).pipe(
      Effect.as(true),
      Effect.catchIf(isTaken, () => Effect.succeed(false)),
    )
    const made: ClaimedBranch = { branch, base: input.base, made: input.base }
    if (won) return made
  }
})

const adopt = Effect.fnUntraced(function* (input: { readonly branch: string; readonly base: string }, tip: string) {
  const adopted: ClaimedBranch = { branch: input.branch, base: (yield* mergeBase(input.base, tip)) ?? input.base }
  return adopted
})

const cutAnew = Effect.fnUntraced(function* (
  input: { readonly name: string; readonly branch: string; readonly base: string },
  tip: string,
) {
  const refs = yield* Refs
  const task = readTreeName(input.name)?.task ?? input.name
  if (tip !== input.base) {
    yield* keepCommit({ task, attempt: "fresh", commit: tip, reason: `branch ${input.branch} was cut anew`, onto: input.base })
    yield* refs.swap([{ ref: `refs/heads/${input.branch}`, from: tip, to: input.base }])
  }
  const cut: ClaimedBranch = { branch: input.branch, base: input.base }
  return cut
})

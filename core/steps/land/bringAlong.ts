import * as Effect from "effect/Effect"
import { quoteWord } from "../../domain/text/quoteWord.ts"
import { Refs } from "../../world/git/refs.ts"
import { findCheckouts } from "../checkout/checkout.ts"
import { isAncestor } from "../commit/isAncestor.ts"
import { isCut } from "../commit/isCut.ts"
import { moveBranch } from "./land.ts"

/** Where a branch here stands beside what it follows; only `moved` moved anything. */
export type Along =
  | { readonly type: "there" }
  | { readonly type: "moved"; readonly checkout: string | undefined }
  /** Its checkout is behind, and this is what to type there. */
  | { readonly type: "behind"; readonly checkout: string; readonly reason: string; readonly command: string }
  /** It holds commits that the other does not have, so that it can't simply follow. */
  | { readonly type: "diverged" }
  /** Whether it could follow is in history that this clone does not have. */
  | { readonly type: "cut" }

/**
 * Brings a branch here to a commit of the remote's, with the checkout that has it, as a fast-forward would. Files of the
 * user that are in the way stay as they are, and so does the branch.
 */
export const bringAlong = Effect.fn("bringAlong")(function* (branch: string, to: string, reason: string) {
  const refs = yield* Refs
  const from = yield* refs.read(branch)
  if (from === undefined || from === to || (yield* isAncestor(to, from))) return { type: "there" } satisfies Along
  if (!(yield* isAncestor(from, to))) {
    const along: Along = { type: (yield* isCut(from, to)) ? "cut" : "diverged" }
    return along
  }
  const moved = yield* moveBranch({ target: branch, from, to, expect: () => [], reason })
  if (moved.type === "landed") {
    const along: Along = moved.behind === undefined ? { type: "moved", checkout: moved.followed } : { type: "behind", ...moved.behind }
    return along
  }
  if (moved.type !== "waits") return { type: "there" } satisfies Along
  const why = moved.files.length === 0 ? moved.reason : `${moved.reason}: ${moved.files.slice(0, 5).join(", ")}`
  const several = (yield* findCheckouts(branch)).length > 1
  const command = several ? `${gitAt(moved.checkout)} switch --detach` : mergeCommand(moved.checkout, branch, to)
  return { type: "behind", checkout: moved.checkout, reason: why, command } satisfies Along
})

const gitAt = (path: string) => `git -C ${quoteWord(path)}`

/**
 * Nothing has moved, so that git itself is to move branch and files together; it refuses where a file is in the way. The
 * switch to where one is already comes first because it refuses in the middle of a rebase, which a merge would spoil.
 */
const mergeCommand = (path: string, branch: string, to: string): string =>
  `${gitAt(path)} switch ${quoteWord(branch.replace(/^refs\/heads\//, ""))} && ${gitAt(path)} merge --ff-only --no-overwrite-ignore ${to}`

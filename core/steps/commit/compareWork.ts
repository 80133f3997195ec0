import * as Effect from "effect/Effect"
import { plainContext, plainDiff } from "../../domain/text/plainDiff.ts"
import { Git } from "../../world/git/git.ts"
import { mergeView } from "./mergeView.ts"

/**
 * What git's diff says between two commits of a task's work; osier's own folder in a tree is nobody's work. Which files are
 * text is decided by the attributes of the base alone: the work can't have itself shown as nothing.
 */
export const compareWork = Effect.fn("compareWork")(function* (base: string, tip: string, options: readonly string[]) {
  const git = yield* Git
  const view = yield* mergeView(base)
  const all = ["diff", ...plainDiff, ...options, base, tip, "--", ":(top)", ":(top,exclude).osier"]
  return (yield* git.run(all, { ...view.options, config: plainContext })).stdout.toString()
}, Effect.scoped)

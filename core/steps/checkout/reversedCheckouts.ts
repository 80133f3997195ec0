import * as Effect from "effect/Effect"
import { join } from "node:path"
import { findCheckouts } from "./checkout.ts"
import { followCommand } from "./followIntent.ts"
import { stagedOver } from "./inTheWay.ts"
import { changesBetween } from "../commit/changesBetween.ts"

/**
 * Checkouts of a branch that was moved behind their back: their index still is what the branch was before, so that git shows
 * all that the move brought as taken back. Each with the command that brings it along; nothing here touches it.
 */
export const reversedCheckouts = Effect.fn("reversedCheckouts")(function* (branch: string, from: string, to: string) {
  const changes = yield* changesBetween(from, to)
  const found: { readonly path: string; readonly files: readonly string[]; readonly command: string }[] = []
  for (const checkout of changes.length === 0 ? [] : yield* findCheckouts(branch)) {
    const staged = yield* stagedOver(checkout, join(checkout.gitDir, "index"), to)
    const files = changes.filter(({ path, before }) => staged.has(path) && staged.get(path)?.after === before).map(({ path }) => path)
    if (files.length > 0) found.push({ path: checkout.path, files, command: followCommand({ path: checkout.path, from, to }) })
  }
  return found
})

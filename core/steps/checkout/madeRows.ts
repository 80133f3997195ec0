import * as Effect from "effect/Effect"
import { join } from "node:path"
import type { Checkout } from "./checkout.ts"
import { changedOver } from "./inTheWay.ts"
import { phantomsAmong } from "./phantomsAmong.ts"

/** The rows of `git status --porcelain` without the differences that nobody made. */
export const madeRows = Effect.fn("madeRows")(function* (checkout: Checkout, rows: readonly string[]) {
  if (!rows.some((row) => row.startsWith(" M "))) return rows
  const changed = yield* changedOver(checkout, join(checkout.gitDir, "index"))
  const unmade = yield* phantomsAmong(checkout, [...changed.values()])
  return rows.filter((row) => !row.startsWith(" M ") || !unmade.has(row.slice(3)))
})

import * as Effect from "effect/Effect"
import type { BigIntStats } from "node:fs"
import { lstat } from "node:fs/promises"

/** A file's state to the nanosecond, as git remembers it; undefined where none can be had. */
export const exactState = (path: string): Effect.Effect<BigIntStats | undefined> =>
  Effect.promise(() => lstat(path, { bigint: true }).catch(() => undefined))

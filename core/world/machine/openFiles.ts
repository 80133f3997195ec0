import * as Effect from "effect/Effect"
import * as fs from "node:fs/promises"

/** How many files this process may have open at once; undefined where the system does not tell, or sets no limit. */
export const openFilesLimit: Effect.Effect<number | undefined> = Effect.promise(() =>
  fs.readFile("/proc/self/limits", "utf8").then(
    (text) => {
      const soft = /^Max open files\s+(\d+)/m.exec(text)?.[1]
      return soft === undefined ? undefined : Number(soft)
    },
    () => undefined,
  ),
)

import * as Effect from "effect/Effect"
import * as fs from "node:fs/promises"
import { join } from "node:path"

/**
 * Adds a move to the log of a linked worktree's HEAD. git itself does so only for the worktree it runs in, and
 * `HEAD@{1}` is how people find their way back. Where no log is kept, or it can't be written, nothing happens.
 */
export const logHead = (
  gitDir: string,
  move: { readonly from: string; readonly to: string; readonly who: string; readonly reason: string },
): Effect.Effect<void> =>
  Effect.promise(async () => {
    const file = join(gitDir, "logs", "HEAD")
    try {
      await fs.access(file)
      await fs.appendFile(file, `${move.from} ${move.to} ${move.who}\t${move.reason.replaceAll(/\s+/g, " ")}\n`)
    } catch {
      // Not kept here.
    }
  })

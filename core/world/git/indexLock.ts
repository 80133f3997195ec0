import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"
import * as fs from "node:fs/promises"
import { FileFailed } from "../machine/files.ts"
import { patiently } from "../machine/patience.ts"

const attempt = <A>(doing: string, path: string, act: () => Promise<A>) =>
  Effect.tryPromise({
    try: () => patiently(act),
    catch: (error) => {
      const code = error instanceof Error && "code" in error ? String(error.code) : ""
      return new FileFailed({ path, doing, code, reason: error instanceof Error ? error.message : String(error) })
    },
  })

/**
 * Takes git's own lock of an index, with a word in it that tells later whose it is; false when somebody holds it.
 * It appears with its content in one act, so that even a kill leaves no lock that nobody can name.
 */
export const takeIndexLock = (path: string, word: string): Effect.Effect<boolean, FileFailed> =>
  attempt("lock", path, async () => {
    const beside = `${path}.${randomUUID()}`
    try {
      await fs.writeFile(beside, word, { flag: "wx", flush: true })
      await fs.link(beside, path)
      return true
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : ""
      if (code === "EEXIST") return false
      if (code !== "EPERM" && code !== "ENOTSUP" && code !== "ENOSYS") throw error
      // A file system without hard links.
      return await fs.writeFile(path, word, { flag: "wx", flush: true }).then(
        () => true,
        () => false,
      )
    } finally {
      await fs.rm(beside, { force: true })
    }
  })

/**
 * Copies an index so that git trusts the copy as much as the original and no more: it compares files with the index's
 * own time to find those that changed in the same instant, so the copy must not be younger.
 */
export const copyIndex = (from: string, to: string): Effect.Effect<void, FileFailed> =>
  attempt("copy", from, async () => {
    const { mtimeMs } = await fs.stat(from)
    await fs.copyFile(from, to)
    const seconds = Math.floor(mtimeMs - 1) / 1000
    await fs.utimes(to, seconds, seconds)
  })

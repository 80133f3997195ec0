import * as Effect from "effect/Effect"
import * as fs from "node:fs/promises"
import { join } from "node:path"
import { FileFailed } from "./files.ts"

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "")

const attempt = <A>(doing: string, path: string, act: () => Promise<A>): Effect.Effect<A, FileFailed> =>
  Effect.tryPromise({
    try: act,
    catch: (error) => new FileFailed({ path, doing, code: codeOf(error), reason: error instanceof Error ? error.message : String(error) }),
  })

/** Makes a folder; false when it, or anything else of that name, was there already. Of any number of callers one gets true. */
export const claimFolder = (path: string): Effect.Effect<boolean, FileFailed> =>
  attempt("make", path, () =>
    fs.mkdir(path).then(
      () => true,
      (error: unknown) => {
        if (codeOf(error) === "EEXIST") return false
        throw error
      },
    ),
  )

/** Removes a folder if it is empty; whether it is gone. */
export const removeEmptyFolder = (path: string): Effect.Effect<boolean> =>
  Effect.promise(() =>
    fs.rmdir(path).then(
      () => true,
      (error: unknown) => codeOf(error) === "ENOENT",
    ),
  )

/** Removes a folder with all in it, folders that were made read-only included; whether it is gone. */
export const removeWhole = (path: string): Effect.Effect<boolean> =>
  Effect.promise(async () => {
    const remove = () =>
      fs.rm(path, { recursive: true, force: true, maxRetries: 3 }).then(
        () => true,
        () => false,
      )
    if (await remove()) return true
    await openUp(path).catch(() => undefined)
    return remove()
  })

/** Package caches make their folders read-only, and what is in such a folder can't be removed. */
const openUp = async (folder: string): Promise<void> => {
  await fs.chmod(folder, 0o700)
  for (const entry of await fs.readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await openUp(join(folder, entry.name))
  }
}

import * as Effect from "effect/Effect"
import { mkdirSync, renameSync } from "node:fs"
import * as fs from "node:fs/promises"
import { dirname, join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { FileFailed } from "./files.ts"
import { codeOf, patiently } from "./patience.ts"

const attempt = <A>(doing: string, path: string, act: () => Promise<A>): Effect.Effect<A, FileFailed> =>
  Effect.tryPromise({
    try: () => patiently(act),
    catch: (error) => new FileFailed({ path, doing, code: codeOf(error), reason: error instanceof Error ? error.message : String(error) }),
  })

/** How often a folder is made again that another process took away as empty before anything could be put into it. */
const again = 100

/**
 * Does something in a folder, which is made when it is not there; only a folder that can't stay is a failure. Both in one go,
 * and again after a rest of no fixed length: who takes empty folders away would have its time, or go in step with us.
 */
const within = async (folder: string, act: () => void, gone: () => Promise<boolean>): Promise<void> => {
  for (let tries = 1; ; tries++) {
    try {
      mkdirSync(folder, { recursive: true })
      return act()
    } catch (error) {
      if (codeOf(error) !== "ENOENT" || tries === again || (await gone())) throw error
      await setTimeout(Math.random() * Math.min(tries, 20))
    }
  }
}

/** Makes a folder; false when it, or anything else of that name, was there already. Of any number of callers one gets true. */
export const claimFolder = (path: string): Effect.Effect<boolean, FileFailed> =>
  attempt("make", path, () =>
    within(
      dirname(path),
      () => {
        mkdirSync(path)
      },
      () => Promise.resolve(false),
    ).then(
      () => true,
      (error: unknown) => {
        if (codeOf(error) === "EEXIST") return false
        throw error
      },
    ),
  )

/** Moves a file or folder into a folder that others take away whenever they find it empty. */
export const moveInto = (from: string, folder: string, name: string): Effect.Effect<void, FileFailed> =>
  attempt("move", from, () =>
    within(
      folder,
      () => renameSync(from, join(folder, name)),
      () =>
        fs.lstat(from).then(
          () => false,
          () => true,
        ),
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
      patiently(() => fs.rm(path, { recursive: true, force: true, maxRetries: 3 })).then(
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

import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { constants } from "node:fs"
import type { Stats } from "node:fs"
import * as fs from "node:fs/promises"
import { dirname } from "node:path"
import { passingName } from "./passing.ts"
import { buffer } from "node:stream/consumers"
import { codeOf, patiently } from "./patience.ts"

/** A file or folder could not be read or written. */
export class FileFailed extends Data.TaggedError("FileFailed")<{
  readonly path: string
  readonly doing: string
  readonly code: string
  readonly reason: string
}> {
  override get message() {
    return `cannot ${this.doing} ${this.path}: ${this.reason}`
  }
  get hint() {
    return this.code === "ENOSPC"
      ? "The disk is full: make room, then run the same command again."
      : `Check the permissions of ${this.path}.`
  }
  readonly exit = 3
}

/** The file system, with an error type; absent things are answers, not errors. */
export class Files extends Context.Service<
  Files,
  {
    readonly read: (path: string) => Effect.Effect<Buffer | undefined, FileFailed>
    readonly text: (path: string) => Effect.Effect<string | undefined, FileFailed>
    /** All that this process is given on its standard input, up to its end. */
    readonly standardInput: Effect.Effect<Buffer, FileFailed>
    /** All or nothing: written beside, made durable, then renamed into place. */
    readonly write: (path: string, data: string | Uint8Array, mode?: number) => Effect.Effect<void, FileFailed>
    readonly makeFolder: (path: string) => Effect.Effect<void, FileFailed>
    readonly list: (path: string) => Effect.Effect<readonly string[], FileFailed>
    readonly stat: (path: string) => Effect.Effect<Stats | undefined, FileFailed>
    readonly rename: (from: string, to: string) => Effect.Effect<void, FileFailed>
    readonly copy: (from: string, to: string) => Effect.Effect<void, FileFailed>
    /** Removes a file, or a folder with all in it. Callers prove beforehand that nothing in it is lost. */
    readonly remove: (path: string) => Effect.Effect<void, FileFailed>
    /** Whether something could be written into a folder; of one that is not there, no. */
    readonly writable: (path: string) => Effect.Effect<boolean>
    readonly realPath: (path: string) => Effect.Effect<string, FileFailed>
    readonly freeBytes: (path: string) => Effect.Effect<number, FileFailed>
  }
>()("core/world/Files") {
  static readonly layer = Layer.succeed(Files, {
    read: (path) =>
      absentIs(
        undefined,
        attempt("read", path, () => fs.readFile(path)),
      ),
    text: (path) =>
      absentIs(
        undefined,
        attempt("read", path, () => fs.readFile(path, "utf8")),
      ),
    standardInput: Effect.suspend(() => attempt("read", "standard input", () => buffer(process.stdin))).pipe(
      // A process that still waits for words would not end.
      Effect.onInterrupt(() => Effect.sync(() => void process.stdin.destroy())),
    ),
    write: (path, data, mode) => attempt("write", path, () => writeWhole(path, data, mode)),
    makeFolder: (path) => attempt("make", path, async () => void (await fs.mkdir(path, { recursive: true }))),
    list: (path) =>
      absentIs(
        [],
        attempt("list", path, () => fs.readdir(path)),
      ),
    stat: (path) =>
      absentIs(
        undefined,
        attempt("look at", path, () => fs.lstat(path)),
      ),
    rename: (from, to) => attempt("move", from, () => fs.rename(from, to)),
    copy: (from, to) =>
      attempt("copy", from, async () => {
        await fs.mkdir(dirname(to), { recursive: true })
        await fs.cp(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE })
      }),
    remove: (path) => attempt("remove", path, () => fs.rm(path, { recursive: true, force: true, maxRetries: 3 })),
    writable: (path) =>
      Effect.promise(() =>
        patiently(() => fs.access(path, constants.W_OK)).then(
          () => true,
          () => false,
        ),
      ),
    realPath: (path) => attempt("resolve", path, () => fs.realpath(path)),
    freeBytes: (path) => attempt("measure", path, async () => ((s) => s.bavail * s.bsize)(await fs.statfs(path))),
  })
}

const attempt = <A>(doing: string, path: string, act: () => Promise<A>): Effect.Effect<A, FileFailed> =>
  Effect.tryPromise({
    // All that osier does with files can be done again from its start.
    try: () => patiently(act),
    catch: (error) => {
      return new FileFailed({ path, doing, code: codeOf(error), reason: error instanceof Error ? error.message : String(error) })
    },
  })

const absentIs = <A, B>(value: B, effect: Effect.Effect<A, FileFailed>): Effect.Effect<A | B, FileFailed> =>
  Effect.catch(effect, (error) => (error.code === "ENOENT" || error.code === "ENOTDIR" ? Effect.succeed(value) : Effect.fail(error)))

const writeWhole = async (path: string, data: string | Uint8Array, mode = 0o644) => {
  await fs.mkdir(dirname(path), { recursive: true })
  const beside = `${path}.${passingName()}.new`
  try {
    const handle = await fs.open(beside, "wx", mode)
    try {
      await handle.writeFile(data)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await fs.rename(beside, path)
  } catch (error) {
    await fs.rm(beside, { force: true })
    throw error
  }
}

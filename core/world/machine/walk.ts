import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import type { Stats } from "node:fs"
import * as fs from "node:fs/promises"
import { join, sep } from "node:path"
import { isNameInFolder } from "../../domain/git/keptName.ts"
import { FileFailed } from "./files.ts"
import { codeOf, fewAtATime, patiently, unlessAbsent } from "./patience.ts"

/** A path as the file system takes it: bytes where a name is no text. */
export type Place = string | Buffer

/** Something found below a folder. */
export interface Found {
  /** Names joined by slashes, for matching and showing; a name that is no text shows replacement characters. */
  readonly path: string
  readonly names: readonly (string | Buffer)[]
  readonly at: Place
  readonly kind: "file" | "link" | "folder" | "socket" | "pipe" | "device"
  readonly stat: Stats
  /** A folder with nothing in it. */
  readonly empty: boolean
}

/** Everything below a folder, links not followed. `enter` says for each folder whether to look into it. */
export const walk = (root: string, enter: (path: string) => boolean = () => true): Effect.Effect<readonly Found[], FileFailed> =>
  Effect.tryPromise({
    try: async () => {
      const found: Found[] = []
      await look(root, [], "", enter, found)
      return found
    },
    catch: (error) => failed("look through", root, error),
  })

/** The bytes of a file, or where a link leads. */
export const bytesOf = (found: Found): Effect.Effect<Buffer, FileFailed> =>
  Effect.tryPromise({
    try: async () => {
      if (found.kind === "link") return patiently(() => fs.readlink(found.at, { encoding: "buffer" }))
      return opened(found.at, found.stat.mode, 0o400, () => fs.readFile(found.at))
    },
    catch: (error) => failed("read", found.path, error),
  })

/** The id that git gives to these bytes. */
export const blobId = (format: "sha1" | "sha256", data: Uint8Array): string =>
  createHash(format).update(`blob ${data.length}\0`).update(data).digest("hex")

/**
 * Writes one thing below an existing folder, its own folders made as needed. Nothing that is there is overwritten, and nothing
 * is written anywhere else: no name leads up, and no folder on the way is a link.
 */
export const lay = (
  root: string,
  names: readonly (string | Uint8Array)[],
  thing: { readonly kind: "file" | "link" | "folder"; readonly mode: number; readonly data: Buffer },
): Effect.Effect<void, FileFailed> =>
  Effect.tryPromise({
    try: async () => {
      const stray = names.find((name) => !isNameInFolder(name) || (typeof name === "string" && name.includes(sep)))
      if (stray !== undefined || names.length === 0) throw new Error("it would be written outside of the folder")
      let at: Place = root
      for (const [index, name] of names.entries()) {
        at = below(at, typeof name === "string" ? name : Buffer.from(name))
        if (index < names.length - 1 || thing.kind === "folder") await enterFolder(at)
      }
      if (thing.kind === "link") return fs.symlink(thing.data, at)
      if (thing.kind === "file") await create(at, thing.data)
      await fs.chmod(at, thing.mode)
    },
    catch: (error) =>
      failed("write", [root, ...names.map((name) => (typeof name === "string" ? name : Buffer.from(name).toString()))].join("/"), error),
  })

/** Makes a folder, or finds that it is one already; what a link leads to is somewhere else. */
const enterFolder = async (at: Place) => {
  try {
    await fs.mkdir(at)
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error
    if (!(await fs.lstat(at)).isDirectory()) throw new Error(`${at.toString()} is no folder`, { cause: error })
  }
}

/** Nothing is there of a file that could not be opened for want of room, so that may be tried again. */
const create = async (at: Place, data: Buffer) => {
  const file = await patiently(() => fs.open(at, "wx", 0o600))
  try {
    await file.writeFile(data)
  } finally {
    await file.close()
  }
}

const failed = (doing: string, path: string, error: unknown) =>
  new FileFailed({
    path,
    doing,
    code: codeOf(error),
    reason: error instanceof Error ? error.message : String(error),
  })

const below = (folder: Place, name: string | Buffer): Place =>
  typeof folder === "string" && typeof name === "string"
    ? join(folder, name)
    : Buffer.concat([Buffer.from(folder), Buffer.from("/"), Buffer.from(name)])

const look = async (at: Place, names: readonly (string | Buffer)[], path: string, enter: (path: string) => boolean, found: Found[]) => {
  const stat = await patiently(() => fs.lstat(at))
  const children = await opened(at, stat.mode, 0o500, () => namesIn(at))
  if (path !== "") found.push({ path, names, at, kind: "folder", stat, empty: children.length === 0 })
  const seen = await fewAtATime(children, async (name) => {
    const child = below(at, name)
    return { name, child, stat: await unlessAbsent(() => fs.lstat(child)) }
  })
  for (const { name, child, stat } of seen) {
    // Gone between the two looks.
    if (stat === undefined) continue
    const shown = path === "" ? name.toString() : `${path}/${name.toString()}`
    const next = [...names, name]
    if (!stat.isDirectory()) found.push({ path: shown, names: next, at: child, kind: kindOf(stat), stat, empty: false })
    else if (enter(shown)) await look(child, next, shown, enter, found)
  }
}

const kindOf = (stat: Stats): Found["kind"] =>
  stat.isFile() ? "file" : stat.isSymbolicLink() ? "link" : stat.isSocket() ? "socket" : stat.isFIFO() ? "pipe" : "device"

/** Text is what every runtime handles; only where it would lose bytes are the names read as such. */
const namesIn = async (at: Place): Promise<readonly (string | Buffer)[]> => {
  if (typeof at === "string") {
    const texts = await fs.readdir(at)
    if (!texts.some((name) => name.includes("\uFFFD"))) return texts
  }
  const all = await fs.readdir(Buffer.from(at), { encoding: "buffer" })
  return all.map((name) => (Buffer.from(name.toString()).equals(name) && typeof at === "string" ? name.toString() : name))
}

/** What its owner made unreadable is opened for the moment of reading. */
const opened = async <A>(at: Place, mode: number, needed: number, act: () => Promise<A>): Promise<A> => {
  try {
    return await patiently(act)
  } catch (error) {
    if (codeOf(error) !== "EACCES") throw error
    await fs.chmod(at, (mode & 0o7777) | needed)
    try {
      return await patiently(act)
    } finally {
      await fs.chmod(at, mode & 0o7777)
    }
  }
}

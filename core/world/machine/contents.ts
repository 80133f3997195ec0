import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import type { Stats } from "node:fs"
import { join } from "node:path"
import { FileFailed, Files } from "./files.ts"
import { removeWhole } from "./folders.ts"
import { bytesOf, walk } from "./walk.ts"
import type { Found } from "./walk.ts"

/** One thing as it was when we looked. */
interface Content {
  readonly kind: Found["kind"]
  /** A hash of its bytes, or of where it leads. */
  readonly hash: string
  /** Where nothing of this differs, nobody wrote it since; no program can set the last of them. */
  readonly state: string
  /** It was at rest for so long when we looked that a later write has another time. */
  readonly settled: boolean
}

/** What stood in a folder, by path. */
export type Contents = ReadonlyMap<string, Content>

/** Clocks of file systems are coarse: what was written so shortly before a look could be written again within the same tick. */
const restMs = 2000

/** Enough of a file's state to tell whether anybody wrote it since. */
export const stateOf = (stat: Stats): string => [stat.ino, stat.size, stat.mode, stat.mtimeMs, stat.ctimeMs].join(" ")

/** Everything in these entries of a folder, by its bytes. What is as it was at an earlier look isn't read again. */
export const contentsOf = Effect.fn("contentsOf")(function* (root: string, entries: readonly string[], known?: Contents) {
  const now = yield* Clock.currentTimeMillis
  const found = (yield* Effect.forEach(entries, (entry) => below(root, entry))).flat()
  const one = Effect.fnUntraced(function* (each: Found) {
    const state = each.kind === "folder" ? "" : stateOf(each.stat)
    const before = known?.get(each.path)
    if (before?.kind === each.kind && before.state === state && before.settled) return [each.path, before] as const
    const plain = each.kind === "file" || each.kind === "link"
    const hash = plain
      ? createHash("sha256")
          .update(yield* bytesOf(each))
          .digest("hex")
      : ""
    const settled = each.stat.ctimeMs < now - restMs
    return [each.path, { kind: each.kind, hash: `${each.kind === "file" ? each.stat.mode : ""} ${hash}`, state, settled }] as const
  })
  return new Map(yield* Effect.forEach(found, one, { concurrency: 16 })) satisfies Contents
})

/** What of it stood in these entries. */
export const partOf = (contents: Contents, entries: readonly string[]): Contents => {
  const tops = entries.map((entry) => entry.replace(/\/$/, ""))
  return new Map([...contents].filter(([path]) => tops.some((top) => path === top || path.startsWith(`${top}/`))))
}

/** Whether everything that stood there still does, byte by byte. What came since is taken away. */
export const standsAs = Effect.fn("standsAs")(function* (root: string, entries: readonly string[], known: Contents) {
  const now = yield* contentsOf(root, entries, known)
  for (const path of now.keys()) if (!known.has(path) && !(yield* removeWhole(join(root, path)))) return false
  return [...known].every(([path, was]) => {
    const is = now.get(path)
    return is !== undefined && is.kind === was.kind && is.hash === was.hash && ordinary.has(is.kind)
  })
})

/** Nothing else can be compared. */
const ordinary: ReadonlySet<Found["kind"]> = new Set(["file", "link", "folder"])

/** The entry itself, and all that is in it. */
const below = Effect.fnUntraced(function* (root: string, entry: string) {
  const files = yield* Files
  const path = entry.replace(/\/$/, "")
  const at = join(root, path)
  const stat = yield* files.stat(at)
  if (stat === undefined) return []
  if (!stat.isDirectory()) {
    const kind = stat.isFile() ? "file" : stat.isSymbolicLink() ? "link" : "device"
    return [{ path, names: [path], at, kind, stat, empty: false } satisfies Found]
  }
  const inside = yield* walk(at)
  const odd = inside.find(({ names }) => names.some((name) => typeof name !== "string"))
  if (odd !== undefined)
    return yield* new FileFailed({ path: join(at, odd.path), doing: "compare", code: "", reason: "its name is no text" })
  return [
    { path, names: [path], at, kind: "folder", stat, empty: inside.length === 0 } satisfies Found,
    ...inside.map((each) => ({ ...each, path: `${path}/${each.path}` })),
  ]
})

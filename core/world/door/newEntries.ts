import * as Effect from "effect/Effect"
import { ObjectFailed, type Objects } from "../git/objects.ts"

/** A file, link or submodule that a commit has and none of its parents has so. */
export interface NewEntry {
  readonly path: string
  readonly mode: string
  readonly oid: string
}

/** What a commit adds, and what of its parents' files is no more as it was. */
export interface Added {
  readonly fresh: readonly NewEntry[]
  readonly gone: readonly string[]
}

interface Row {
  readonly mode: string
  readonly oid: string
}

const isFolder = (row: Row | undefined): boolean => row?.mode === "40000"

/** Compares trees folder by folder and reads only those that differ; what one parent has is nothing new in a merge. */
export const newEntries = Effect.fn("newEntries")(function* (objects: Objects["Service"], tree: string, parents: readonly string[]) {
  const fresh: NewEntry[] = []
  const gone: string[] = []
  const compare = (at: string, now: string | undefined, before: readonly (string | undefined)[]): Effect.Effect<void, ObjectFailed> =>
    Effect.gen(function* () {
      const rows = yield* rowsOf(objects, now)
      const olds = yield* Effect.forEach(before, (old) => rowsOf(objects, old))
      for (const name of new Set([...rows.keys(), ...olds.flatMap((old) => [...old.keys()])])) {
        const row = rows.get(name)
        const same = olds.map((old) => old.get(name))
        if (row !== undefined && same.some((old) => old?.oid === row.oid && old.mode === row.mode)) continue
        for (const old of same) if (old !== undefined && !isFolder(old) && old.oid !== row?.oid) gone.push(old.oid)
        if (row !== undefined && !isFolder(row)) fresh.push({ path: at + name, ...row })
        const [inside, ...folders] = [row, ...same].map((one) => (isFolder(one) ? one?.oid : undefined))
        if ([inside, ...folders].some((folder) => folder !== undefined)) yield* compare(`${at}${name}/`, inside, folders)
      }
    })
  yield* compare("", tree, parents)
  return { fresh, gone } satisfies Added
})

const rowsOf = Effect.fnUntraced(function* (objects: Objects["Service"], tree: string | undefined) {
  const rows = new Map<string, Row>()
  if (tree === undefined) return rows
  const found = yield* objects.read(`${tree}^{tree}`)
  if (found === undefined) return yield* new ObjectFailed({ name: tree, reason: "it is missing" })
  const { data } = found
  const size = found.oid.length / 2
  for (let at = 0; at < data.length;) {
    const space = data.indexOf(32, at)
    const end = data.indexOf(0, space)
    const oid = data.subarray(end + 1, end + 1 + size).toString("hex")
    rows.set(data.subarray(space + 1, end).toString(), { mode: data.subarray(at, space).toString(), oid })
    at = end + 1 + size
  }
  return rows
})

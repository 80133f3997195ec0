import * as Effect from "effect/Effect"
import { join } from "node:path"
import { slug } from "../../domain/text/slug.ts"
import { Files } from "../../world/machine/files.ts"
import { Objects } from "../../world/git/objects.ts"
import { Refs } from "../../world/git/refs.ts"
import { Repository } from "../../world/git/repository.ts"
import { blobId } from "../../world/machine/walk.ts"
import { listTasks } from "./record.ts"
import { taskFileName } from "./recordAt.ts"
import { type Base, readBase, taskFolder, writeBase, type Written } from "./taskFolder.ts"

/** What became of the folder. */
export interface WrittenFiles {
  readonly written: readonly string[]
  /** Were deleted by hand, and stand there again. */
  readonly restored: readonly string[]
  /** Hold edits that nobody took yet, or are somebody else's: left as they are. */
  readonly left: readonly string[]
}

/** What was in a file whose content is in the store now. */
export interface Taken {
  readonly id: number
  readonly blob: string
}

interface Wanted extends Written {
  readonly id: number
  readonly name: string
}

/**
 * Writes every task as a file that can be edited. A file is only ever replaced or removed while it holds what osier wrote
 * there, or what was `taken` from it, by its name; any other is left alone.
 */
export const writeTaskFiles = Effect.fn("writeTaskFiles")(function* (taken: ReadonlyMap<string, Taken> = new Map()) {
  const files = yield* Files
  const folder = yield* taskFolder
  const base: Base = (yield* readBase()) ?? { files: {}, fresh: {} }
  const ignore = join(folder, "..", ".gitignore")
  if ((yield* files.stat(ignore)) === undefined) yield* files.write(ignore, "*\n")
  const before = new Map(Object.entries(base.files))
  const stateOf = Effect.fnUntraced(function* (name: string) {
    const { objectFormat } = yield* Repository
    const stat = yield* files.stat(join(folder, name))
    if (stat === undefined) return "absent" as const
    if (!stat.isFile()) return { blob: "", ours: false }
    const blob = blobId(objectFormat, (yield* files.read(join(folder, name))) ?? Buffer.alloc(0))
    const ours = taken.get(name)?.blob === blob || before.get(name)?.written.some((one) => one.blob === blob) === true
    return { blob, ours }
  })

  const writes: Wanted[] = []
  const removals: string[] = []
  const [restored, left]: [string[], string[]] = [[], []]
  const after = new Map<string, Base["files"][string]>()
  const oldNames = Map.groupBy(before.keys(), (name) => before.get(name)?.id)
  const takenIds = new Set([...taken.values()].map(({ id }) => id))
  const all = yield* Effect.forEach(
    yield* wantedFiles(),
    Effect.fnUntraced(function* (wanted) {
      const old = oldNames.get(wanted.id) ?? []
      const states = new Map<string, Effect.Success<ReturnType<typeof stateOf>>>()
      for (const name of new Set([...old, wanted.name])) states.set(name, yield* stateOf(name))
      return { wanted, old, states }
    }),
    { concurrency: 16 },
  )
  for (const { wanted, old, states } of all) {
    const entry = { id: wanted.id, written: [{ commit: wanted.commit, blob: wanted.blob }] }
    const edited = [...states].filter(([, state]) => state !== "absent" && !state.ours && state.blob !== wanted.blob).map(([name]) => name)
    if (edited.length > 0) {
      left.push(...edited)
      for (const name of old) after.set(name, before.get(name) ?? entry)
      continue
    }
    const here = states.get(wanted.name)
    if (here === "absent" || here?.blob !== wanted.blob) writes.push(wanted)
    const gone = old.length > 0 && [...states.values()].every((state) => state === "absent")
    if (gone && !takenIds.has(wanted.id)) restored.push(wanted.name)
    for (const name of old) if (name !== wanted.name && states.get(name) !== "absent") removals.push(name)
    after.set(wanted.name, entry)
  }
  // New files that became tasks, and renamed ones, under the names that they had.
  for (const name of taken.keys()) if (!after.has(name) && !removals.includes(name)) removals.push(name)

  yield* writeBase({ ...base, files: Object.fromEntries(withBoth(before, after)) })
  const write = Effect.fnUntraced(function* ({ name, commit }: Wanted) {
    const state = yield* stateOf(name)
    if (state === "absent" || state.ours) return yield* files.write(join(folder, name), (yield* textAt(commit)) ?? "")
    // Edited this very moment, from what it was until now.
    left.push(name)
    const entry = before.get(name)
    if (entry === undefined) after.delete(name)
    else after.set(name, entry)
  })
  yield* Effect.forEach(writes, write, { concurrency: 16, discard: true })
  for (const name of removals) {
    const state = yield* stateOf(name)
    if (state !== "absent" && state.ours) yield* files.remove(join(folder, name))
  }
  const fresh = Object.fromEntries(Object.entries(base.fresh).filter(([name]) => !taken.has(name)))
  yield* writeBase({ fresh, files: Object.fromEntries(after) })
  return { written: writes.map(({ name }) => name), restored, left } satisfies WrittenFiles
})

/** While files are written, each may be as it was or as it is going to be. */
const withBoth = (before: ReadonlyMap<string, Base["files"][string]>, after: ReadonlyMap<string, Base["files"][string]>) => {
  const both = new Map(before)
  for (const [name, { id, written }] of after) both.set(name, { id, written: [...(before.get(name)?.written ?? []), ...written] })
  return both
}

const wantedFiles = Effect.fnUntraced(function* () {
  const objects = yield* Objects
  const refs = yield* Refs
  const titles = new Map((yield* listTasks()).map(({ id, title }) => [id, title]))
  const wanted: Wanted[] = []
  for (const [ref, commit] of yield* refs.list("refs/osier/tasks/")) {
    const id = Number(ref.split("/").at(-1))
    const file = yield* objects.look(`${commit}:${taskFileName}`)
    if (file !== undefined && Number.isInteger(id))
      wanted.push({ id, commit, blob: file.oid, name: `${id}-${slug(titles.get(id) ?? "")}.md` })
  }
  return wanted
})

const textAt = Effect.fnUntraced(function* (commit: string) {
  const objects = yield* Objects
  return (yield* objects.read(`${commit}:${taskFileName}`))?.data
})

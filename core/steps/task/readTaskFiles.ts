import * as Effect from "effect/Effect"
import { join } from "node:path"
import * as Result from "effect/Result"
import { fileText } from "../../domain/text/fileText.ts"
import { splitFrontMatter } from "../../domain/text/frontMatter.ts"
import type { Problem } from "../../domain/text/problem.ts"
import { readYaml, valueAt } from "../../domain/text/yamlPlace.ts"
import { Files } from "../../world/machine/files.ts"
import { Objects } from "../../world/git/objects.ts"
import { Repository } from "../../world/git/repository.ts"
import { blobId } from "../../world/machine/walk.ts"
import { taskRef } from "./record.ts"
import { taskFileName } from "./recordAt.ts"
import { type Base, shownFolder, taskFolder, type Written } from "./taskFolder.ts"

/** One file of the folder, compared with what osier wrote there. */
export type TaskFile =
  | { readonly kind: "same"; readonly name: string; readonly id: number; readonly blob: string }
  | {
      readonly kind: "edited"
      readonly name: string
      readonly id: number
      readonly blob: string
      readonly text: string
      readonly written: readonly Written[]
    }
  | { readonly kind: "new"; readonly name: string; readonly blob: string; readonly text: string }
  | { readonly kind: "deleted"; readonly name: string; readonly id: number }
  | { readonly kind: "wrong"; readonly name: string; readonly problem: Problem }

/** A file of the folder as people name it. */
export const shownName = (name: string): string => `${shownFolder}/${name}`

/** Looks at every task file and says which were edited, which are new, and which are gone. Only `*.md` are task files. */
export const readTaskFiles = Effect.fn("readTaskFiles")(function* (base: Base) {
  const files = yield* Files
  const folder = yield* taskFolder
  const names = (yield* files.list(folder)).filter((name) => name.endsWith(".md") && !name.startsWith(".")).toSorted()
  const there = new Set(names)
  const gone = Object.entries(base.files).filter(([name]) => !there.has(name))
  const found: TaskFile[] = []
  const moved = new Set<string>()
  const goneOf = new Map(gone.map(([old, { id }]) => [id, old]))
  for (const file of yield* Effect.forEach(names, (name) => look(join(folder, name), name, base, goneOf), { concurrency: 16 })) {
    found.push(file.file)
    if (file.from !== undefined) moved.add(file.from)
  }
  for (const [name, { id }] of gone) if (!moved.has(name)) found.push({ kind: "deleted", name, id })
  return found
})

const look = Effect.fnUntraced(function* (path: string, name: string, base: Base, gone: ReadonlyMap<number, string>) {
  const files = yield* Files
  const objects = yield* Objects
  const { objectFormat } = yield* Repository
  const wrong = (message: string, hint: string, line?: number) => ({
    file: { kind: "wrong" as const, name, problem: { file: shownName(name), ...(line === undefined ? {} : { line }), message, hint } },
    from: undefined,
  })
  const stat = yield* files.stat(path)
  if (stat?.isFile() !== true) return wrong("is no plain file", "move it out of the folder")
  const bytes = (yield* files.read(path)) ?? Buffer.alloc(0)
  const blob = blobId(objectFormat, bytes)
  const read = fileText(bytes, shownName(name))
  const text = Result.getOrElse(read, () => bytes.toString())
  const unreadable = Result.isFailure(read) ? { file: { kind: "wrong" as const, name, problem: read.failure }, from: undefined } : undefined
  const compare = (id: number, written: readonly Written[]): TaskFile =>
    written.some((one) => one.blob === blob) ? { kind: "same", name, id, blob } : { kind: "edited", name, id, blob, text, written }
  const entry = Object.hasOwn(base.files, name) ? base.files[name] : undefined
  const id = entry?.id ?? idIn(text)
  if (id === undefined) return unreadable ?? { file: { kind: "new" as const, name, blob, text }, from: undefined }
  const from = entry === undefined ? gone.get(id) : undefined
  const known = entry ?? (from === undefined ? undefined : base.files[from])
  if (known === undefined) {
    // Without a note of ours only a file that says just what the record says is known to be unedited.
    const current = yield* objects.look(`${taskRef(id)}:${taskFileName}`)
    if (current?.oid === blob) return { file: { kind: "same" as const, name, id, blob }, from }
    const hint = `remove the line id: to make a new task; for task ${id} move this file away, type \`osier sync\`, and edit the file that appears`
    return wrong(`it is not known what this file of task ${id} was written from`, hint, 2)
  }
  const file = compare(id, known.written)
  return file.kind === "edited" && unreadable !== undefined ? unreadable : { file, from }
})

/** The number that a file claims to be about. */
const idIn = (text: string): number | undefined => {
  const split = splitFrontMatter(text)
  const id = split === undefined ? undefined : valueAt(readYaml(split.matter).value, ["id"])
  return typeof id === "number" && Number.isInteger(id) && id > 0 ? id : undefined
}

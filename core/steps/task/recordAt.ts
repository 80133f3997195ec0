import * as Effect from "effect/Effect"
import { parseTask } from "../../domain/task/taskFile.ts"
import { Git } from "../../world/git/git.ts"
import { Objects } from "../../world/git/objects.ts"
import { Repository } from "../../world/git/repository.ts"
import type { Leaf } from "../commit/writeTrees.ts"

/** The name of the task itself among the files of its record. */
export const taskFileName = "task.md"

/** Every file of a record at one commit, the task itself left out, by its path: plan, report, result, evidence. */
export type RecordFiles = ReadonlyMap<string, Leaf>

/** A task as one commit of its record says it, whatever its ref says by now. */
export const recordAt = Effect.fn("recordAt")(function* (commit: string) {
  const objects = yield* Objects
  const file = yield* objects.read(`${commit}:${taskFileName}`)
  const task = yield* Effect.fromResult(parseTask(file?.data.toString() ?? "", `${commit.slice(0, 12)}:${taskFileName}`))
  return { task, blob: file?.oid ?? "" }
})

/** What else a record holds at one commit. */
export const filesAt = Effect.fn("filesAt")(function* (commit: string) {
  const git = yield* Git
  const { commonDir } = yield* Repository
  const rows = yield* git.fields(["--git-dir", commonDir, "ls-tree", "-r", "-z", "--full-tree", commit], { cwd: commonDir })
  const found = rows.flatMap((row): readonly (readonly [string, Leaf])[] => {
    const [, mode, oid, path] = /^(\d+) \w+ ([0-9a-f]+)\t(.+)$/s.exec(row) ?? []
    const known = modes.find((one) => one === mode)
    if (known === undefined || oid === undefined || path === undefined || path === taskFileName) return []
    return [[path, { names: path.split("/"), mode: known, oid }]]
  })
  return new Map(found) satisfies RecordFiles
})

const modes = ["100644", "100755", "120000", "160000"] as const

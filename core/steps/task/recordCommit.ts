import * as Effect from "effect/Effect"
import { redactAll } from "../../domain/text/redactAll.ts"
import type { Task } from "../../domain/task/task.ts"
import { printTask } from "../../domain/task/taskFile.ts"
import { summaryMessage } from "../../domain/task/trailers.ts"
import { cleaner } from "../../world/door/cleaner.ts"
import { Objects } from "../../world/git/objects.ts"
import { RunIdentity } from "../../world/git/runIdentity.ts"
import { type RecordFiles, taskFileName } from "./recordAt.ts"
import { writeTrees } from "../commit/writeTrees.ts"

/** Writes a commit of a task's record and moves no ref; its message says the same as its tree. */
export const recordCommit = Effect.fn("recordCommit")(function* (input: {
  readonly task: Task
  readonly parents: readonly string[]
  readonly files: RecordFiles
}) {
  const { parents, files } = input
  const task = redactAll(input.task, yield* cleaner)
  const objects = yield* Objects
  const { committer } = yield* RunIdentity
  const oid = yield* objects.writeBlob(printTask(task))
  const tree = yield* writeTrees([...files.values(), { names: [taskFileName], mode: "100644", oid }])
  const seconds = Math.floor(Date.parse(task.updated) / 1000)
  const who = `${committer.name} <${committer.email}> ${seconds} +0000`
  return yield* objects.writeCommit({ tree, parents, message: summaryMessage(task), author: who, committer: who })
})

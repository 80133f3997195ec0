import * as Data from "effect/Data"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { redactAll, redactFile } from "../../domain/text/redactAll.ts"
import { parseCommit } from "../../domain/git/rawCommit.ts"
import { parseTree } from "../../domain/git/rawTree.ts"
import { mayBecome } from "../../domain/task/task.ts"
import type { Status, Task } from "../../domain/task/task.ts"
import { parseTask, printTask, TaskFileBroken } from "../../domain/task/taskFile.ts"
import { readSummary, summaryMessage } from "../../domain/task/trailers.ts"
import type { Summary } from "../../domain/task/trailers.ts"
import { cleaner } from "../../world/door/cleaner.ts"
import { Objects } from "../../world/git/objects.ts"
import type { TreeEntry } from "../../world/git/objects.ts"
import { Refs } from "../../world/git/refs.ts"
import type { Swap } from "../../world/git/refs.ts"
import { RunIdentity } from "../../world/git/runIdentity.ts"
import { trySwap } from "../../world/git/trySwap.ts"
import { limitRounds } from "../lock/limitRounds.ts"
import { fenceOf, LeaseLost, stillHeld } from "../lock/lock.ts"
import type { Held } from "../lock/lock.ts"

/** There is no task of that number. */
export class NoSuchTask extends Data.TaggedError("NoSuchTask")<{ readonly id: number }> {
  override get message() {
    return `there is no task ${this.id}`
  }
  get hint() {
    return "`osier ls` shows the tasks there are."
  }
  readonly exit = 2
}

/** The drawn edges between states do not allow it. */
export class NotAllowed extends Data.TaggedError("NotAllowed")<{ readonly id: number; readonly from: Status; readonly to: Status }> {
  override get message() {
    return `task ${this.id} is ${this.from} and can't become ${this.to}`
  }
  get hint() {
    return `\`osier show ${this.id}\` tells where it stands.`
  }
  readonly exit = 2
}

/** A task as it stands, and the commit that says so. */
export interface Recorded {
  readonly task: Task
  readonly commit: string
}

export const taskRef = (id: number): string => `refs/osier/tasks/${id}`

/** Reads one task whole. */
export const readTask = Effect.fn("readTask")(function* (id: number) {
  const objects = yield* Objects
  const commit = yield* objects.look(taskRef(id))
  if (commit === undefined) return yield* new NoSuchTask({ id })
  const file = yield* objects.read(`${commit.oid}:task.md`)
  const read = Effect.fromResult(parseTask(file?.data.toString() ?? "", `${taskRef(id)}:task.md`))
  const task = yield* Effect.mapError(read, ({ problems }) =>
    TaskFileBroken.of(problems.map((problem) => ({ ...problem, hint: wayBack(taskRef(id)) }))),
  )
  return { task, commit: commit.oid } satisfies Recorded
})

/** Nobody but a person can say which of the earlier records is the good one, and only doctor knows where it has to go. */
const wayBack = (ref: string): string => `Look at \`git log -p ${ref}\`; \`osier doctor\` tells how the record before is brought back.`

/** Every task's summary, lowest number first; those that nobody can read are left out. */
export const listTasks = () => Effect.map(surveyTasks(), ({ tasks }) => tasks)

/** Every task's summary, without a git process of its own however many there are, and what is wrong with each that can't be read. */
export const surveyTasks = Effect.fn("surveyTasks")(function* () {
  const refs = yield* Refs
  const objects = yield* Objects
  const named = [...(yield* refs.list("refs/osier/tasks/"))]
  const rows = yield* Effect.forEach(named, ([ref, oid]) => Effect.map(objects.read(oid), (found) => [ref, found] as const), {
    concurrency: 256,
  })
  const tasks: Summary[] = []
  const broken: { readonly id: number; readonly error: TaskFileBroken }[] = []
  for (const [ref, commit] of rows) {
    const id = Number(ref.slice(taskRef(0).length - 1))
    if (!Number.isSafeInteger(id)) continue
    const summary = commit?.type === "commit" ? readSummary(parseCommit(commit.data).message) : undefined
    // Somebody wrote it by hand: the file itself may still be a task.
    const read = summary === undefined ? yield* Effect.result(readTask(id)) : undefined
    if (summary !== undefined) tasks.push(summary)
    else if (read?._tag === "Success") tasks.push(read.success.task)
    else if (read?.failure._tag === "TaskFileBroken") broken.push({ id, error: read.failure })
    else if (read !== undefined && read.failure._tag !== "NoSuchTask") return yield* read.failure
  }
  return { tasks: tasks.toSorted((a, b) => a.id - b.id), broken }
})

/** A new task, and files that its record holds beside it. */
export interface Fresh {
  readonly task: Task
  readonly files?: Readonly<Record<string, string>>
}

/** Puts new tasks into the store, all of them or none, in one act with the move that makes their numbers theirs. */
export const createTasks = Effect.fn("createTasks")(function* (fresh: readonly Fresh[], move: Swap) {
  const refs = yield* Refs
  // Each object is waited for until it is on the disk: side by side, the disk has more to do at a time.
  const made = yield* Effect.forEach(fresh, ({ task, files = {} }) => writeRecord(task, undefined, files), { concurrency: 16 })
  yield* refs.swap([move, ...made.map(({ task, commit }): Swap => ({ ref: taskRef(task.id), from: undefined, to: commit }))])
  return made
})

/** Puts a new task into the store; its number must come from `claimIds`. */
export const createTask = Effect.fn("createTask")(function* (task: Task, files: Readonly<Record<string, string>> = {}) {
  const refs = yield* Refs
  const made = yield* writeRecord(task, undefined, files)
  yield* refs.swap([{ ref: taskRef(task.id), from: undefined, to: made.commit }])
  return made
})

/**
 * Changes a task by one commit and one compare-and-swap; reads again and repeats when another field was changed meanwhile.
 * With `held`, the transaction verifies the fence: an owner that lost its lease changes nothing.
 */
export const changeTask = Effect.fn("changeTask")(function* (
  id: number,
  change: (task: Task) => Task,
  options: {
    readonly held?: Held
    readonly files?: Readonly<Record<string, string>>
  } = {},
) {
  const { held } = options
  const goOn = yield* limitRounds([taskRef(id)])
  for (;;) {
    yield* goOn
    const before = yield* readTask(id)
    const now = DateTime.formatIso(yield* DateTime.now)
    const wanted = change(before.task)
    if (wanted === before.task) return before
    const changed = { ...wanted, updated: now, ...(held === undefined ? {} : { fence: held.fence }) }
    if (changed.status !== before.task.status && !mayBecome(before.task.status, changed.status)) {
      return yield* new NotAllowed({ id, from: before.task.status, to: changed.status })
    }
    const { task, commit } = yield* writeRecord(changed, before.commit, options.files ?? {})
    const fence = held === undefined ? [] : [fenceOf(held)]
    const won = yield* trySwap([{ ref: taskRef(id), from: before.commit, to: commit }], fence)
    if (won) return { task, commit } satisfies Recorded
    if (held !== undefined && !(yield* stillHeld(held))) {
      return yield* new LeaseLost({ kind: held.kind, name: held.name })
    }
  }
})

/** What is stored goes to everybody who shares the tasks: agents and gates may have said what nobody else should read. */
const writeRecord = Effect.fnUntraced(function* (said: Task, parent: string | undefined, files: Readonly<Record<string, string>>) {
  const objects = yield* Objects
  const clean = yield* cleaner
  const task = redactAll(said, clean)
  const { committer } = yield* RunIdentity
  const old = parent === undefined ? [] : yield* rootEntries(parent)
  const fresh: Record<string, string> = { ...files, "task.md": printTask(task) }
  const written = yield* Effect.forEach(Object.entries(fresh), ([name, text]) =>
    Effect.map(objects.writeBlob(name === "task.md" ? text : redactFile(name, text, clean)), (oid): TreeEntry => ({
      mode: "100644",
      name,
      oid,
    })),
  )
  const tree = yield* objects.writeTree([...old.filter((entry) => !(entry.name in fresh)), ...written])
  const seconds = Math.floor(Date.parse(task.updated) / 1000)
  const who = `${committer.name} <${committer.email}> ${seconds} +0000`
  const parents = parent === undefined ? [] : [parent]
  const commit = yield* objects.writeCommit({ tree, parents, message: summaryMessage(task), author: who, committer: who })
  return { task, commit } satisfies Recorded
})

/** The entries of a record's tree, so that plan, result and evidence survive a transition. */
const rootEntries = Effect.fnUntraced(function* (commit: string) {
  const objects = yield* Objects
  const tree = yield* objects.read(`${commit}^{tree}`)
  return tree === undefined ? [] : parseTree(tree.data, commit.length / 2)
})

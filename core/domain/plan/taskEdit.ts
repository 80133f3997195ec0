import * as Result from "effect/Result"
import { isDeepStrictEqual as same } from "node:util"
import { branchFault } from "../task/branchName.ts"
import { splitFrontMatter } from "../text/frontMatter.ts"
import { cycles } from "../task/graph.ts"
import { meant } from "../text/nearest.ts"
import type { Known } from "./planDraft.ts"
import type { Problem } from "../text/problem.ts"
import { globFault } from "../task/scope.ts"
import { mayBecome, Status, type Task } from "../task/task.ts"
import { parseTask } from "../task/taskFile.ts"
import { titleFault } from "../task/titleFault.ts"
import { fieldOf, type Path, readYaml } from "../text/yamlPlace.ts"

/** What a person changed in the file of a task, checked. */
export interface TaskEdit {
  /** As the file says it, all that osier owns as it was when the file was written. */
  readonly task: Task
  /** The state that was asked for, when it is another than the task's. */
  readonly status?: Settable
  readonly fields: readonly string[]
  /** Where the state stands in the file. */
  readonly place: Pick<Problem, "file" | "line" | "column" | "field">
}

/** States that a person may write down; the others are proven by work. */
export type Settable = Extract<Status, "pending" | "failed" | "discarded">

/** A file, what it was written from, and the task as it stands by now. */
export interface EditedFile {
  readonly file: string
  readonly text: string
  readonly base: Task
  readonly current: Task
}

/** Fields that follow from work and locks; whoever writes them by hand would claim what did not happen. */
const owned = [
  "id",
  "created",
  "updated",
  "attempts",
  "fence",
  "base",
  "tip",
  "landed",
  "adopted",
  "fresh",
  "source",
  "kind",
  "parent",
  "children",
] as const

/** Whether only osier writes this field of a task's file, so that a file of a new task has no such line. */
export const isOwn = (field: string): boolean => [...owned, "status", "reason", "assigned_to"].includes(field)

const instead: Readonly<Partial<Record<Status, (id: number) => string>>> = {
  running: (id) => `\`osier claim ${id}\` or \`osier run\` starts it`,
  completed: (id) => `\`osier run\` completes it when its commits pass; \`osier show ${id}\` tells where it stands`,
  merged: (id) => `\`osier land ${id}\` lands it when it is completed`,
}

/**
 * Reads an edited file and tells everything that is wrong with it, each with its line and a way out; with any mistake
 * nothing of the file counts. `needs` are those of all tasks as they would stand beside it.
 */
export const judgeEdit = (
  edited: EditedFile,
  known: Known,
  needs: ReadonlyMap<number, readonly number[]>,
): Result.Result<TaskEdit, readonly Problem[]> => {
  const { file, text, base, current } = edited
  const parsed = parseTask(text, file)
  if (Result.isFailure(parsed)) return Result.fail(parsed.failure.problems)
  const task = parsed.success
  const split = splitFrontMatter(text)
  const yaml = readYaml(split?.matter ?? "", { file, firstLine: split?.firstLine ?? 1 })
  const problems: Problem[] = []
  const placeOf = (path: Path) => ({ file, ...yaml.at(path), field: fieldOf(path) })
  const tell = (path: Path, message: string, hint: string) => problems.push({ ...placeOf(path), message, hint })
  const changed = (key: keyof Task) => !same(task[key], base[key]) && !same(task[key], current[key])

  for (const key of base.base === undefined ? owned : [...owned, "branch" as const]) {
    if (!changed(key)) continue
    const value = JSON.stringify(current[key])
    tell([key], "is osier's own and can't be edited", value === undefined ? `remove the line ${key}` : `write it back: ${key}: ${value}`)
  }
  // Two clones had given one number to two tasks, and this one has a new number now.
  if (base.created !== current.created)
    tell(
      ["id"],
      `${base.id} is another task's number by now`,
      "move this file away, and put the edit into the file of the task's new number",
    )
  if (task.title.trim() === "") tell(["title"], "a task without a title", "say in one line what is to be done")
  const tooLong = changed("title") ? titleFault(task.title) : undefined
  if (tooLong !== undefined) tell(["title"], tooLong.message, tooLong.hint)
  const agents = [...known.agents, ...known.adapters]
  if (changed("agent") && task.agent !== undefined && !agents.includes(task.agent))
    tell(["agent"], `unknown agent ${task.agent}`, meant(task.agent, agents, "add it under agents in osier.yaml"))
  for (const [at, gate] of changed("gates") ? (task.gates ?? []).entries() : [])
    if (!known.gates.includes(gate))
      tell(["gates", at], `unknown gate ${gate}`, meant(gate, known.gates, "add it under gates in osier.yaml"))
  for (const [at, glob] of changed("scope") ? task.scope.entries() : []) {
    const fault = globFault(glob)
    if (fault !== undefined) tell(["scope", at], `the scope ${JSON.stringify(glob)} ${fault}`, 'write it as "src/comments/**"')
  }
  const branch = changed("branch") && task.branch !== undefined ? branchFault(task.branch) : undefined
  if (branch !== undefined) tell(["branch"], `the branch ${JSON.stringify(task.branch)} ${branch}`, "write a name that `git branch` takes")
  for (const [at, need] of changed("needs") ? task.needs.entries() : [])
    if (!needs.has(need)) tell(["needs", at], `there is no task ${need}`, "`osier ls --all` shows the tasks there are")
  const cycle = changed("needs") ? cycles(new Map([...needs, [base.id, task.needs]])).find((path) => path.includes(base.id)) : undefined
  if (cycle !== undefined) tell(["needs"], `a cycle of needs: ${cycle.join(" → ")}`, "remove one of these needs")
  const status = changed("status") ? settable(task.status) : undefined
  const next = Status.literals.filter((to) => mayBecome(current.status, to) && settable(to) !== undefined)
  const hint = next.length === 0 ? `leave it ${current.status}` : `by hand it may become ${next.join(" or ")}`
  if (changed("status") && status === undefined)
    tell(["status"], `${task.status} can't be set by hand`, instead[task.status]?.(base.id) ?? hint)
  else if (status !== undefined && !mayBecome(current.status, status))
    tell(["status"], `the task is ${current.status} and can't become ${status}`, hint)
  if (problems.length > 0) return Result.fail(problems)
  const ours = withOwned(task, base)
  return Result.succeed({
    task: ours,
    ...(status === undefined ? {} : { status }),
    fields: changedFields(base, ours),
    place: placeOf(["status"]),
  })
}

const settable = (status: Status): Settable | undefined =>
  status === "pending" || status === "failed" || status === "discarded" ? status : undefined

/** The task as it was edited, with osier's own fields from the other. */
const withOwned = (task: Task, from: Task): Task => {
  const { fence: _f, base: _b, tip: _t, landed: _l, adopted: _a, source: _s, ...most } = task
  const { fresh: _n, kind: _k, parent: _p, children: _c, ...rest } = most
  const { id, created, updated, attempts, status } = from
  const kept = Object.fromEntries(owned.flatMap((key) => (from[key] === undefined ? [] : [[key, from[key]]])))
  return { ...rest, ...kept, id, created, updated, attempts, status }
}

/** Names of the fields in which two records differ, unknown keys included. */
export const changedFields = (a: Task, b: Task): readonly string[] => {
  const values = ({ extra, ...known }: Task): ReadonlyMap<string, unknown> =>
    new Map<string, unknown>([...Object.entries(known), ...Object.entries(extra)])
  const [before, after] = [values(a), values(b)]
  return [...new Set([...before.keys(), ...after.keys()])].filter((key) => !same(before.get(key), after.get(key)))
}

import * as Result from "effect/Result"
import { branchFault } from "../task/branchName.ts"
import { parseDuration } from "../text/duration.ts"
import { cycles } from "../task/graph.ts"
import { meant } from "../text/nearest.ts"
import type { Declared, Draft, Known, Plan } from "./planDraft.ts"
import type { Problem } from "../text/problem.ts"
import { globFault } from "../task/scope.ts"
import { slug } from "../text/slug.ts"
import { titleFault } from "../task/titleFault.ts"

const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/

/** A title goes into lists, environment variables and commit messages, which hold no line ends, NULs or lone surrogates. */
const oneLine = (title: string): string =>
  title
    .toWellFormed()
    .replace(/\p{Cc}+/gu, " ")
    .trim()

/** Keys for all drafts: their ids, and slugs of the titles for the others. An id that is given twice belongs to the first. */
const keysOf = (drafts: readonly Draft[]): readonly string[] => {
  const taken = new Set(drafts.flatMap(({ id }) => id ?? []))
  return drafts.map(({ id, title }) => {
    if (id !== undefined) return id
    const base = slug(title ?? "")
    let key = base
    for (let count = 2; taken.has(key); count++) key = `${base}-${count}`
    taken.add(key)
    return key
  })
}

/** What the tasks of a plan are looked up in. */
interface Book {
  readonly known: Known
  readonly keys: readonly string[]
  readonly agents: readonly string[]
  /** Numbers of the tasks in the store. */
  readonly existing: ReadonlySet<number>
  /** Who gave an id first. */
  readonly first: Map<string, Draft>
}

/** Tells a mistake in a part of a task. */
type Tell = (part: readonly (string | number)[], message: string, hint: string) => void

/** Looks up every name in a plan and tells every mistake at once, each with its place and what was probably meant. */
export const checkPlan = (drafts: readonly Draft[], known: Known, earlier: readonly Problem[] = []): Plan => {
  const problems: Problem[] = [...earlier]
  const keys = keysOf(drafts)
  const agents = [...known.agents, ...known.adapters]
  const book: Book = { known, keys, agents, existing: new Set(known.tasks ?? []), first: new Map() }
  const tasks = drafts.map((draft, index) =>
    checkTask(draft, keys[index] ?? "", book, (part, message, hint) => problems.push({ ...draft.place(...part), message, hint })),
  )
  for (const cycle of cycles(new Map(tasks.map(({ key, needs }) => [key, needs])))) {
    const at = keys.indexOf(cycle[0] ?? "")
    const draft = drafts[at]
    const need = draft?.needs.indexOf(cycle[1] ?? "") ?? -1
    const message = cycle.length === 2 ? `${cycle[0]} needs itself` : `a cycle of needs: ${cycle.join(" → ")}`
    problems.push({ ...draft?.place("needs", Math.max(need, 0)), message, hint: "remove one of these needs" })
  }
  return { tasks, problems }
}

/** One task with its names looked up; what is wrong with it is told, part by part. */
const checkTask = (draft: Draft, key: string, book: Book, tell: Tell): Declared => {
  checkId(draft, book, tell)
  const title = checkTitle(draft, tell)
  checkAgent(draft, title, book, tell)
  for (const [at, gate] of (draft.gates ?? []).entries())
    if (!book.known.gates.includes(gate))
      tell(["gates", at], `unknown gate ${gate}`, meant(gate, book.known.gates, "add it under gates in osier.yaml"))
  for (const [at, glob] of draft.scope.entries()) {
    const fault = globFault(glob)
    if (fault !== undefined) tell(["scope", at], `the scope ${JSON.stringify(glob)} ${fault}`, 'write it as "src/comments/**"')
  }
  checkBranch(draft, tell)
  const { needs, needsTasks } = checkNeeds(draft, book, tell)
  const limits = checkLimits(draft, tell)
  const { file, line } = draft.place()
  const { agent, gates, retries, branch, effort, independence, type } = draft
  return {
    key,
    title,
    prompt: draft.prompt?.toWellFormed().trim() || title,
    needs,
    needsTasks,
    scope: draft.scope,
    priority: draft.priority ?? "normal",
    labels: draft.labels,
    acceptance: draft.acceptance,
    adopt: draft.adopt ?? false,
    ...(draft.fresh === true ? { fresh: true } : {}),
    ...(agent === undefined ? {} : { agent }),
    ...(gates === undefined ? {} : { gates }),
    ...(retries === undefined ? {} : { retries }),
    ...(branch === undefined ? {} : { branch }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    ...(effort === undefined ? {} : { effort }),
    ...(independence === undefined ? {} : { independence }),
    ...(type === undefined ? {} : { type }),
    source: { ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }) },
  }
}

const checkId = (draft: Draft, { first }: Book, tell: Tell): void => {
  const { id } = draft
  if (id === undefined) return
  if (!idPattern.test(id))
    return tell(["id"], `${JSON.stringify(id)} is no id`, "use letters, digits, dots, hyphens and underscores, at most 100")
  const other = first.get(id)
  if (other === undefined) return void first.set(id, draft)
  const { file, line } = other.place("id")
  const hint = line === undefined ? "rename one of the two" : `the other is in ${file ?? "the plan"}:${line}; rename one of the two`
  tell(["id"], `the id ${id} is given twice`, hint)
}

const checkTitle = (draft: Draft, tell: Tell): string => {
  const title = oneLine(draft.title ?? "")
  const named = draft.title === undefined ? [] : ["title"]
  if (title === "" && !draft.broken) tell(named, "a task without a title", "say in one line what is to be done")
  const tooLong = titleFault(title)
  if (tooLong !== undefined) tell(named, tooLong.message, tooLong.hint)
  return title
}

const checkAgent = (draft: Draft, title: string, { known, agents }: Book, tell: Tell): void => {
  const { agent, slip } = draft
  if (agent !== undefined && !agents.includes(agent))
    tell(
      slip ? [] : ["agent"],
      `unknown agent ${agent}`,
      `${meant(agent, agents, "add it under agents in osier.yaml")}${slip ? " If it belongs to the title, put a space behind the colon" : ""}`,
    )
  if (agent === undefined && known.agent === null && title !== "")
    tell(
      [],
      `no agent for ${JSON.stringify(title.slice(0, 100))}`,
      agents[0] === undefined ? "add one under agents in osier.yaml" : wayToName(agents[0], draft),
    )
}

const checkBranch = (draft: Draft, tell: Tell): void => {
  const fault = draft.branch === undefined ? undefined : branchFault(draft.branch)
  if (fault !== undefined) tell(["branch"], `the branch ${JSON.stringify(draft.branch)} ${fault}`, "write a name that `git branch` takes")
  for (const key of ["adopt", "fresh"] as const)
    if (draft[key] === true && draft.branch === undefined) tell([key], `${key} is about a branch, and none is named`, "add branch: <name>")
  if (draft.adopt === true && draft.fresh === true)
    tell(["fresh"], "a branch can't be gone on with and cut anew", "keep one of adopt and fresh")
}

/** What a task needs: tasks of the same plan by their keys, and stored ones by their numbers. */
const checkNeeds = (draft: Draft, { keys, existing }: Book, tell: Tell): Pick<Declared, "needs" | "needsTasks"> => {
  const needs = new Set<string>()
  const needsTasks = new Set<number>()
  for (const [at, need] of draft.needs.entries()) {
    if (keys.includes(need)) needs.add(need)
    else if (/^\d+$/.test(need) && existing.has(Number(need))) needsTasks.add(Number(need))
    else tell(["needs", at], `unknown need ${need}`, meant(need, [...keys, ...[...existing].map(String)], "add a task with that id"))
  }
  return { needs: [...needs], needsTasks: [...needsTasks] }
}

const checkLimits = (draft: Draft, tell: Tell): NonNullable<Declared["limits"]> => {
  const limits: { attempt?: number; idle?: number } = {}
  for (const name of ["attempt", "idle"] as const) {
    const written = draft.limits?.[name]
    const read = written === undefined ? undefined : parseDuration(written)
    if (read && Result.isFailure(read)) tell(["limits", name], read.failure.message, read.failure.hint)
    else if (read?.success === 0) tell(["limits", name], "a limit must be more than nothing", "write it as 30m")
    else if (read) limits[name] = read.success
  }
  return limits
}

/** How a task gets an agent: words have it behind a colon, plans in a field. */
const wayToName = (agent: string, { place }: Draft): string =>
  `${place().file === undefined ? `name one: "…:${agent}", --agent ${agent}` : `name one: agent: ${agent}`}, or set agent in osier.yaml`

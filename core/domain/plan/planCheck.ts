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

/** Looks up every name in a plan and tells every mistake at once, each with its place and what was probably meant. */
export const checkPlan = (drafts: readonly Draft[], known: Known, earlier: readonly Problem[] = []): Plan => {
  const problems: Problem[] = [...earlier]
  const keys = keysOf(drafts)
  const existing = new Set(known.tasks ?? [])
  const agents = [...known.agents, ...known.adapters]
  const first = new Map<string, Draft>()
  const tasks: Declared[] = []
  for (const [index, draft] of drafts.entries()) {
    const key = keys[index] ?? ""
    const tell = (part: readonly (string | number)[], message: string, hint: string) =>
      problems.push({ ...draft.place(...part), message, hint })
    if (draft.id !== undefined) {
      const other = first.get(draft.id)
      if (!idPattern.test(draft.id))
        tell(["id"], `${JSON.stringify(draft.id)} is no id`, "use letters, digits, dots, hyphens and underscores, at most 100")
      else if (other) {
        const { file, line } = other.place("id")
        tell(
          ["id"],
          `the id ${draft.id} is given twice`,
          line === undefined ? "rename one of the two" : `the other is in ${file ?? "the plan"}:${line}; rename one of the two`,
        )
      } else first.set(draft.id, draft)
    }
    const title = oneLine(draft.title ?? "")
    const named = draft.title === undefined ? [] : ["title"]
    if (title === "" && !draft.broken) tell(named, "a task without a title", "say in one line what is to be done")
    const tooLong = titleFault(title)
    if (tooLong !== undefined) tell(named, tooLong.message, tooLong.hint)
    if (draft.agent !== undefined && !agents.includes(draft.agent))
      tell(
        draft.slip ? [] : ["agent"],
        `unknown agent ${draft.agent}`,
        `${meant(draft.agent, agents, "add it under agents in osier.yaml")}${draft.slip ? " If it belongs to the title, put a space behind the colon" : ""}`,
      )
    if (draft.agent === undefined && known.agent === null && title !== "")
      tell(
        [],
        `no agent for ${JSON.stringify(title.slice(0, 100))}`,
        agents[0] === undefined ? "add one under agents in osier.yaml" : wayToName(agents[0], draft),
      )
    for (const [at, gate] of (draft.gates ?? []).entries())
      if (!known.gates.includes(gate))
        tell(["gates", at], `unknown gate ${gate}`, meant(gate, known.gates, "add it under gates in osier.yaml"))
    for (const [at, glob] of draft.scope.entries()) {
      const fault = globFault(glob)
      if (fault !== undefined) tell(["scope", at], `the scope ${JSON.stringify(glob)} ${fault}`, 'write it as "src/comments/**"')
    }
    const branch = draft.branch === undefined ? undefined : branchFault(draft.branch)
    if (branch !== undefined)
      tell(["branch"], `the branch ${JSON.stringify(draft.branch)} ${branch}`, "write a name that `git branch` takes")
    for (const key of ["adopt", "fresh"] as const)
      if (draft[key] === true && draft.branch === undefined)
        tell([key], `${key} is about a branch, and none is named`, "add branch: <name>")
    if (draft.adopt === true && draft.fresh === true)
      tell(["fresh"], "a branch can't be gone on with and cut anew", "keep one of adopt and fresh")
    const needs = new Set<string>()
    const needsTasks = new Set<number>()
    for (const [at, need] of draft.needs.entries()) {
      if (keys.includes(need)) needs.add(need)
      else if (/^\d+$/.test(need) && existing.has(Number(need))) needsTasks.add(Number(need))
      else tell(["needs", at], `unknown need ${need}`, meant(need, [...keys, ...[...existing].map(String)], "add a task with that id"))
    }
    const limits: { attempt?: number; idle?: number } = {}
    for (const name of ["attempt", "idle"] as const) {
      const written = draft.limits?.[name]
      const read = written === undefined ? undefined : parseDuration(written)
      if (read && Result.isFailure(read)) tell(["limits", name], read.failure.message, read.failure.hint)
      else if (read?.success === 0) tell(["limits", name], "a limit must be more than nothing", "write it as 30m")
      else if (read) limits[name] = read.success
    }
    const { file, line } = draft.place()
    const { agent, gates, retries, branch: own, effort, independence, type } = draft
    tasks.push({
      key,
      title,
      prompt: draft.prompt?.toWellFormed().trim() || title,
      needs: [...needs],
      needsTasks: [...needsTasks],
      scope: draft.scope,
      priority: draft.priority ?? "normal",
      labels: draft.labels,
      acceptance: draft.acceptance,
      adopt: draft.adopt ?? false,
      ...(draft.fresh === true ? { fresh: true } : {}),
      ...(agent === undefined ? {} : { agent }),
      ...(gates === undefined ? {} : { gates }),
      ...(retries === undefined ? {} : { retries }),
      ...(own === undefined ? {} : { branch: own }),
      ...(Object.keys(limits).length === 0 ? {} : { limits }),
      ...(effort === undefined ? {} : { effort }),
      ...(independence === undefined ? {} : { independence }),
      ...(type === undefined ? {} : { type }),
      source: { ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }) },
    })
  }
  for (const cycle of cycles(new Map(tasks.map(({ key, needs }) => [key, needs])))) {
    const at = keys.indexOf(cycle[0] ?? "")
    const draft = drafts[at]
    const need = draft?.needs.indexOf(cycle[1] ?? "") ?? -1
    const message = cycle.length === 2 ? `${cycle[0]} needs itself` : `a cycle of needs: ${cycle.join(" → ")}`
    problems.push({ ...draft?.place("needs", Math.max(need, 0)), message, hint: "remove one of these needs" })
  }
  return { tasks, problems }
}

/** How a task gets an agent: words have it behind a colon, plans in a field. */
const wayToName = (agent: string, { place }: Draft): string =>
  `${place().file === undefined ? `name one: "…:${agent}", --agent ${agent}` : `name one: agent: ${agent}`}, or set agent in osier.yaml`

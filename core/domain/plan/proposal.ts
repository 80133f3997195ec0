import { type PlanFile, parsePlan } from "./plan.ts"
import type { Known, Plan } from "./planDraft.ts"
import type { Problem } from "../text/problem.ts"
import { isOver, type Kind } from "../task/task.ts"
import { type Awaited, waitsFor } from "../task/waitsFor.ts"

const fenced = /^(`{3,}|~{3,})[ \t]*ya?ml\b[^\n]*\n([\s\S]*?)^\1[ \t]*$/gm

/**
 * The plan that an agent's last words end with, in a fenced block of YAML: an agent that may write nothing has no other way.
 * The answer to a question may show YAML of any kind, so there the block must begin with its list of tasks.
 */
export const proposalIn = (words: string, kind: Kind): string | undefined =>
  [...words.replaceAll("\r\n", "\n").matchAll(fenced)]
    .map((match) => match[2] ?? "")
    .findLast((text) => kind === "plan" || /^(?:[ \t]*(?:#[^\n]*)?\n)*tasks:/.test(text))

/** Tasks that can't go on before `task` is over, itself included. */
const waitingFor = (task: number, all: readonly Awaited[]): ReadonlySet<number> => {
  const open = waitsFor(all.filter(({ status }) => !isOver(status)))
  const found = new Set([task])
  for (let before = 0; before < found.size;) {
    before = found.size
    for (const [id, waits] of open) if (waits.some((one) => found.has(one))) found.add(id)
  }
  return found
}

/**
 * Reads a proposal whole, with every mistake of a plan. A child that needs what waits for its own parent would wait for
 * ever, and a proposal of nothing is none.
 */
export const parseProposal = (
  file: PlanFile,
  known: Known,
  place: { readonly parent?: number; readonly tasks: readonly Awaited[] },
): Plan => {
  const plan = parsePlan([file], known)
  const problems: Problem[] = [...plan.problems]
  if (problems.length === 0 && plan.tasks.length === 0)
    problems.push({ file: file.path, line: 1, message: "proposes no task", hint: "write tasks: [ { title: … }, … ]" })
  const { parent } = place
  const late = parent === undefined ? new Set<number>() : waitingFor(parent, place.tasks)
  for (const { key, needsTasks, source } of plan.tasks)
    for (const need of needsTasks.filter((one) => late.has(one)))
      problems.push({
        ...source,
        message: need === parent ? `${key} needs ${need}, which it is a part of` : `${key} needs ${need}, which waits for ${parent}`,
        hint: `remove that need: task ${parent} is done only when ${key} is`,
      })
  return { tasks: plan.tasks, problems }
}

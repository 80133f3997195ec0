import type { Paint } from "../domain/text/colour.ts"
import type { Declared } from "../domain/plan/planDraft.ts"
import { count, plainLine } from "../domain/text/plainText.ts"
import { overlapReport } from "../domain/task/scope.ts"

/** Whether a task can be built and tested alone, as the one who planned it says. */
const isAlone = (task: Declared): boolean => /^(yes|true)\b/i.test(task.independence ?? "")

const keys = (tasks: readonly Declared[]): string => tasks.map(({ key }) => key).join(", ")

/** How far the tasks can be done side by side: who stands alone, who does not, of whom it was not said, whose paths overlap. */
export const sideBySide = (tasks: readonly Declared[]): readonly string[] => {
  const alone = tasks.filter(isAlone)
  const unsaid = tasks.filter(({ independence }) => independence === undefined)
  const others = tasks.filter((task) => task.independence !== undefined && !isAlone(task))
  const overlaps = overlapReport(tasks.map(({ key, scope }) => ({ key, scope })))
  return [
    `${alone.length} of ${count(tasks.length, "task")} can be built and tested alone${alone.length === 0 ? "" : `: ${keys(alone)}`}`,
    ...others.map(({ key, independence }) => `${key}: ${plainLine(independence ?? "")}`),
    ...(unsaid.length === 0 ? [] : [`not said of: ${keys(unsaid)}`]),
    ...overlaps.map(({ a, b, globs }) => `${a} and ${b} overlap in ${globs[0]}: they run one after the other`),
  ]
}

/** The proposed tasks for a person who is to accept them. */
export const proposalText = (tasks: readonly Declared[], paint: Paint): string => {
  const rows = tasks.flatMap((task) => {
    const facts = [
      ["agent", task.agent],
      ["needs", [...task.needs, ...task.needsTasks.map((id) => `#${id}`)].join(", ")],
      ["scope", task.scope.join(", ")],
      ["gates", task.gates?.join(", ")],
      ["done", task.acceptance.join("; ")],
      ["alone", task.independence],
    ].flatMap(([name, value]) =>
      value === undefined || value === "" ? [] : [`      ${paint.dim(`${name}`.padEnd(6))} ${plainLine(value)}`],
    )
    return [`  ${paint.bold(task.key)}  ${plainLine(task.title)}`, ...facts]
  })
  return [`${count(tasks.length, "task")} proposed:`, ...rows, "", ...sideBySide(tasks).map((line) => `  ${line}`)].join("\n")
}

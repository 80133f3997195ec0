import type { Standing } from "./prompt.ts"
import type { Kind, Task } from "./task.ts"

/** Names that a proposal may use. */
export interface Names {
  readonly agents: readonly string[]
  readonly gates: readonly string[]
  /** Whether tasks that name no agent have one. */
  readonly hasDefault: boolean
}

const grammar = ({ agents, gates, hasDefault }: Names): string =>
  [
    "tasks:",
    "  - id: short-key",
    "    title: What is to be done, in one line",
    "    prompt: |",
    "      All that the one who does it has to know; nobody will remember this conversation.",
    "    needs: [other-key]        # only what must be finished before it can start",
    '    scope: ["src/part/**"]    # the paths it will change; tasks with the same paths run one after the other',
    `    agent: ${agents[0] ?? "name"}                # ${hasDefault ? "may be left out; " : ""}${agents.length === 0 ? "there is none" : `one of ${agents.join(", ")}`}`,
    "    acceptance: [how one sees that it is done]",
    '    independence: "yes"       # can it be built and tested alone? "yes", "mostly", or "shares <what>"',
    ...(gates.length === 0 ? [] : [`    gates: [${gates.join(", ")}]        # may be left out: all of them`]),
  ].join("\n")

const asks: Readonly<Record<Kind, string>> = {
  plan: [
    "Don't do this task. Plan it: look at what is there, and take the task apart into smaller ones that several people can do",
    "side by side, each in a checkout of its own. Before you settle on them, ask of each one: can it be built and tested alone?",
    "Cut so that most can, and say for each whether it is so. Make as few tasks as the work really has parts.",
  ].join("\n"),
  explore: [
    "This is a question, not a change to make. Find the answer by reading, and end with a report: what you found, in which files",
    "and lines, and what you are not sure of.",
  ].join("\n"),
}

const where: Readonly<Record<Kind, string>> = {
  plan: "Write the plan to `.osier/proposal.yaml`. If you can't write files, end your last message with it, in a block fenced as ```yaml:",
  explore: [
    "Your last message is the report; a longer one may be in `.osier/report.md`. If there is work to be done, you may propose tasks",
    "in `.osier/proposal.yaml`, or in a block fenced as ```yaml at the end of your last message:",
  ].join("\n"),
}

/** What an agent is told that may only read: the task or question in the user's words, what is asked of it, and how it answers. */
export const readOnlyPrompt = (task: Task, kind: Kind, standing: Standing, names: Names): string =>
  [
    task.prompt.trim() === "" ? task.title : task.prompt.trim(),
    task.acceptance.length > 0 && `It is done when:\n${task.acceptance.map((one) => `- ${one}`).join("\n")}`,
    asks[kind],
    standing.evidence !== undefined && `This is attempt ${standing.attempt}. The last one did not do:\n\n${standing.evidence.trim()}`,
    `${where[kind]}\n\n${grammar(names)}`,
    [
      `You are in ${standing.tree}, a checkout made for this alone. Rules:`,
      "1. Only read. Write nothing outside of the folder `.osier`; make no commits.",
      "2. Whatever else you change is undone when you end, and told.",
    ].join("\n"),
  ]
    .filter((part): part is string => typeof part === "string")
    .join("\n\n")
    .concat("\n")

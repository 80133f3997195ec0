import type { Task } from "./task.ts"

/** Where the agent stands when it reads its prompt. */
export interface Standing {
  readonly tree: string
  readonly branch: string
  readonly attempt: number
  /** What earlier attempts came to: gate output, conflicting files, what was tried. */
  readonly evidence?: string
  /** The plan that was given with the task; it lies in the tree as `.osier/plan.md`, too. */
  readonly plan?: string
}

/** What an agent is told: the task in the user's words first, then what done means, where it is, and the rules. */
export const prompt = (task: Task, standing: Standing): string =>
  [
    task.prompt.trim() === "" ? task.title : task.prompt.trim(),
    standing.plan !== undefined && `The plan for it (also in .osier/plan.md):\n\n${standing.plan.trim()}`,
    task.acceptance.length > 0 && `It is done when:\n${task.acceptance.map((one) => `- ${one}`).join("\n")}`,
    task.scope.length > 0 && `Change only files that match: ${task.scope.join(", ")}`,
    standing.evidence !== undefined && `This is attempt ${standing.attempt}. The last one did not pass:\n\n${standing.evidence.trim()}`,
    `You are in ${standing.tree}, a git working tree made for this task alone, already on branch ${standing.branch}.`,
    [
      "Rules:",
      "1. Work only in this folder.",
      "2. Change nothing outside of it, no other branch, no stash, no git configuration.",
      "3. Commit all you want to keep on this branch.",
      "4. End with a short report of what you did and what you left.",
    ].join("\n"),
  ]
    .filter((part): part is string => typeof part === "string")
    .join("\n\n")
    .concat("\n")

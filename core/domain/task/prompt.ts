import { isAnswer } from "./question.ts"
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
  /** It goes on in the session of its last attempt: in that one's tree, or in a new one beside which its work is kept. */
  readonly resumed?: { readonly sameTree: boolean; readonly keep?: string }
}

/** Where an agent stands that goes on in its session, and remembers a tree that is gone. */
const resumedText = ({ sameTree, keep }: NonNullable<Standing["resumed"]>): string => {
  if (sameTree) return "You go on in your earlier session, in the same tree: what you changed there is still there."
  const kept = keep === undefined ? "" : `; they are kept at ${keep} (\`git show ${keep}:<file>\`)`
  return `You go on in your earlier session, but in a new tree: files that you changed and that did not land are not here${kept}. Look at what is there before you edit.`
}

const lastText = (attempt: number, evidence: string): string =>
  isAnswer(evidence)
    ? `This is attempt ${attempt}. ${evidence.trim()}`
    : `This is attempt ${attempt}. The last one did not pass:\n\n${evidence.trim()}`

/** What an agent is told: the task in the user's words first, then what done means, where it is, and the rules. */
export const prompt = (task: Task, standing: Standing): string =>
  [
    task.prompt.trim() === "" ? task.title : task.prompt.trim(),
    standing.plan !== undefined && `The plan for it (also in .osier/plan.md):\n\n${standing.plan.trim()}`,
    task.acceptance.length > 0 && `It is done when:\n${task.acceptance.map((one) => `- ${one}`).join("\n")}`,
    task.scope.length > 0 && `Change only files that match: ${task.scope.join(", ")}`,
    standing.evidence !== undefined && lastText(standing.attempt, standing.evidence),
    standing.resumed !== undefined && resumedText(standing.resumed),
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

import * as Data from "effect/Data"
import type { Complaint } from "../text/complaint.ts"
import { checkPlan } from "./planCheck.ts"
import type { Known, Plan, Read } from "./planDraft.ts"
import { type GivenTask, readGiven } from "./planGiven.ts"
import { readArguments, readLines } from "./planLines.ts"
import { readMarkdown } from "./planMarkdown.ts"
import { readPlanYaml } from "./planYaml.ts"
import { firstPlace, type Problem, printProblem, type Refusal } from "../text/problem.ts"

/** A plan with mistakes: all of them, and nothing was started. */
export class PlanRefused extends Data.TaggedError("PlanRefused")<Refusal> implements Complaint {
  /** Of all problems; the place of the first one stands for them where there is room for one only. */
  static of(problems: readonly Problem[]): PlanRefused {
    return new PlanRefused({ problems, ...firstPlace(problems) })
  }
  override get message(): string {
    return this.problems.map((problem) => `${printProblem(problem)} (${problem.hint})`).join("\n")
  }
  get hint(): string {
    return this.problems.length === 1
      ? (this.problems[0]?.hint ?? "")
      : `mend these ${this.problems.length} and try again; nothing was started`
  }
  get exit() {
    return 2 as const
  }
}

export interface PlanFile {
  readonly path: string
  readonly text: string
}

const readFile = ({ path, text }: PlanFile, known: Known, inFolder: boolean): Read => {
  const ending = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase()
  if (ending === "yaml" || ending === "yml" || ending === "json") return readPlanYaml(text, path, known)
  if (ending === "md" || ending === "markdown") return readMarkdown(text, path, known, inFolder)
  const kind = ending === undefined ? kindOf(text) : "lines"
  return kind === "yaml"
    ? readPlanYaml(text, path, known)
    : kind === "markdown"
      ? readMarkdown(text, path, known, inFolder)
      : readLines(text, path, known)
}

/** What a text without an ending is, as a pipe gives one: only what no line of tasks would begin with counts for a plan. */
const kindOf = (text: string): "yaml" | "markdown" | "lines" => {
  const first = /^\uFEFF?\s*(?:#.*\n\s*)*(.*)/.exec(text)?.[1]?.trimEnd() ?? ""
  if (/^tasks:(?:$|\s*[[{#])/.test(first)) return "yaml"
  if (/^[[{]/.test(first) && isJson(text)) return "yaml"
  return first === "---" ? "markdown" : "lines"
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text.replace(/^\uFEFF/, ""))
    return true
  } catch {
    return false
  }
}

const together = (reads: readonly Read[], known: Known): Plan =>
  checkPlan(
    reads.flatMap(({ drafts }) => drafts),
    known,
    reads.flatMap(({ problems }) => problems),
  )

/** The plan in some files, read by their endings and checked as one; several files, or `folder`, are a folder of tasks. */
export const parsePlan = (files: readonly PlanFile[], known: Known, options: { readonly folder?: boolean } = {}): Plan =>
  together(
    files.map((file) => readFile(file, known, options.folder ?? files.length > 1)),
    known,
  )

/** The plan of a program. */
export const parseGiven = (tasks: readonly GivenTask[], known: Known): Plan => together([readGiven(tasks, known)], known)

/** The plan in the arguments of `osier run` and `osier add`. */
export const parseArguments = (args: readonly string[], known: Known): Plan => together([readArguments(args, known)], known)

import * as Data from "effect/Data"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { stringify } from "yaml"
import type { Complaint } from "../text/complaint.ts"
import { decodeYaml } from "../text/decodeYaml.ts"
import { splitFrontMatter } from "../text/frontMatter.ts"
import { firstPlace, type Problem, printProblem, type Refusal } from "../text/problem.ts"
import { Task } from "./task.ts"
import { readYaml } from "../text/yamlPlace.ts"

/** A `task.md` that can't be read. */
export class TaskFileBroken extends Data.TaggedError("TaskFileBroken")<Refusal> implements Complaint {
  /** Of all problems; the place of the first one stands for them where there is room for one only. */
  static of(problems: readonly Problem[]): TaskFileBroken {
    return new TaskFileBroken({ problems, ...firstPlace(problems) })
  }
  override get message(): string {
    return this.problems.map(printProblem).join("\n")
  }
  get hint(): string {
    return this.problems[0]?.hint ?? ""
  }
  get exit() {
    return 2 as const
  }
}

const { extra: _extra, prompt: _prompt, ...fields } = Task.fields
const FrontMatter = Schema.Struct(fields)

/** What a hand-written record may leave out. */
const defaults = { status: "pending", priority: "normal", labels: [], needs: [], scope: [], acceptance: [], attempts: [] }

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value)

/** Own properties only, so that a key called `__proto__` is an ordinary one. */
const recordOf = (pairs: Iterable<readonly [string, unknown]>): Record<string, unknown> => Object.fromEntries(pairs)

/** Reads a task's record. Keys that osier doesn't know are kept as they are, so that other programs may add theirs. */
export const parseTask = (text: string, file = "task.md"): Result.Result<Task, TaskFileBroken> => {
  const broken = (problems: readonly Problem[]) => Result.fail(TaskFileBroken.of(problems))
  const split = splitFrontMatter(text)
  if (!split)
    return broken([{ file, line: 1, message: "has no front matter", hint: "begin with a line ---, the fields, and another line ---" }])
  const yaml = readYaml(split.matter, { file, firstLine: split.firstLine })
  if (yaml.problems.length > 0) return broken(yaml.problems)
  if (!isRecord(yaml.value))
    return broken([{ file, line: 2, message: "the front matter is no list of fields", hint: "write one `key: value` a line" }])
  const given = Object.entries(yaml.value)
  const known = given.filter(([key]) => Object.hasOwn(fields, key))
  const extra = given.filter(([key]) => !Object.hasOwn(fields, key))
  const created = yaml.value["created"]
  const value = { ...defaults, ...(created === undefined ? {} : { updated: created }), ...recordOf(known) }
  const decoded = decodeYaml(FrontMatter, yaml, { value, hint: () => "compare with `osier show --json` of another task" })
  if (decoded.value === undefined) return broken(decoded.problems)
  // The last line end belongs to the file, not to the prompt.
  return Result.succeed({ ...decoded.value, extra: recordOf(extra), prompt: split.body.replace(/\n$/, "") })
}

/** Writes a task's record so that `parseTask` reads the very same task. */
export const printTask = (task: Task): string => {
  const { extra, prompt, ...known } = task
  const foreign = Object.entries(extra).filter(([key]) => !Object.hasOwn(fields, key))
  const ordered = Object.keys(fields).flatMap((key): (readonly [string, unknown])[] => {
    const value: unknown = Reflect.get(known, key)
    return value === undefined ? [] : [[key, value]]
  })
  const matter = stringify(recordOf([...ordered, ...foreign]), {
    lineWidth: 0,
    aliasDuplicateObjects: false,
    // One line a text: a text of several lines could hold a line `---` of its own.
    blockQuote: false,
    doubleQuotedMinMultiLineLength: Infinity,
  })
  return `---\n${matter}---\n${prompt}\n`
}

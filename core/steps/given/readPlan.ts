import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { isAbsolute, join, relative, resolve, sep } from "node:path"
import { fileText } from "../../domain/text/fileText.ts"
import { parseArguments, parseGiven, parsePlan, PlanRefused } from "../../domain/plan/plan.ts"
import type { PlanFile } from "../../domain/plan/plan.ts"
import type { Declared, Known, Plan } from "../../domain/plan/planDraft.ts"
import type { GivenTask } from "../../domain/plan/planGiven.ts"
import type { Problem } from "../../domain/text/problem.ts"
import { Files } from "../../world/machine/files.ts"
import { Repository } from "../../world/git/repository.ts"

/** A plan that was named can't be read. */
export class PlanMissing extends Data.TaggedError("PlanMissing")<{ readonly file: string; readonly reason: string }> {
  override get message() {
    return `the plan ${this.file} can't be read: ${this.reason}`
  }
  get hint() {
    return "Name a file (one task a line, .md, .yaml, .json) or a folder of .md files."
  }
  readonly exit = 2
}

/** A plan that was named holds no task: going on without one would be another thing than what was asked for. */
export class PlanEmpty extends Data.TaggedError("PlanEmpty")<{ readonly files: readonly string[] }> {
  override get message() {
    return `there is no task in ${this.files.join(", ")}`
  }
  get hint() {
    return "Write one task a line into it. To run everything that is ready in the store, leave `--from` out."
  }
  readonly exit = 2
}

interface Found {
  readonly files: readonly PlanFile[]
  readonly folder: boolean
}

/** Words and files together are one plan: every mistake in any of them is told at once. */
export const readPlan = Effect.fn("readPlan")(function* (input: {
  readonly words: readonly GivenTask[]
  readonly from: readonly string[]
  /** Where relative paths of `from` are meant from. */
  readonly at: string
  readonly known: Known
}) {
  const { root } = yield* Repository
  const parts: Plan[] = input.words.length === 0 ? [] : [parseWords(input.words, input.known)]
  if (input.from.filter(isInput).length > 1) return yield* new PlanMissing({ file: "-", reason: "standard input can be read once" })
  for (const from of input.from) {
    const path = resolve(input.at, from)
    const found = yield* (isInput(from) ? typed : look(path, named(root, path))).pipe(
      Effect.catchTag("FileFailed", ({ code, reason }) =>
        Effect.fail(new PlanMissing({ file: from, reason: code === "ENOENT" ? "there is no such file" : reason })),
      ),
    )
    if (found.files.length === 0) return yield* new PlanMissing({ file: from, reason: "there are no .md files in that folder" })
    const plan = parsePlan(found.files, input.known, { folder: found.folder })
    // The name of a pipe is another plan's the next time: its tasks are told apart as arguments are.
    parts.push(isInput(from) || isPipe(path) ? { ...plan, tasks: plan.tasks.map((one) => ({ ...one, source: {} })) } : plan)
  }
  const problems = [...parts.flatMap((part) => part.problems), ...twice(parts)]
  if (problems.length > 0) return yield* PlanRefused.of(problems)
  const tasks = parts.flatMap((part) => part.tasks)
  if (tasks.length === 0 && input.from.length > 0) return yield* new PlanEmpty({ files: input.from })
  return tasks
})

/** What a person types is told as arguments, what a program gives as tasks. */
const parseWords = (words: readonly GivenTask[], known: Known): Plan => {
  const texts = words.filter((word) => typeof word === "string")
  return texts.length === words.length ? parseArguments(texts, known) : parseGiven(words, known)
}

/** Tasks of one plan find each other by their keys, so two files may not use one key for two tasks; words get another one. */
const twice = (parts: readonly Plan[]): readonly Problem[] => {
  const seen = new Map<string, Declared>()
  const problems: Problem[] = []
  // Twice in one file was told by whoever read it.
  for (const one of parts.flatMap((part) => [...new Map(part.tasks.map((task) => [task.key, task])).values()])) {
    const before = seen.get(one.key)
    if (before === undefined) seen.set(one.key, one)
    else {
      const where = before.source.file === undefined ? "an argument" : `${before.source.file}:${before.source.line ?? 1}`
      problems.push({
        ...one.source,
        message: `the task ${one.key} is given twice`,
        hint: `the other is ${where}; give one of them an id of its own`,
      })
    }
  }
  return problems
}

/** A path is remembered as seen from the repository, so that the same plan is the same from every folder. */
const named = (root: string, path: string): string => {
  const inside = relative(root, path)
  return inside === "" || inside.startsWith("..") || isAbsolute(inside) ? path : inside.split(sep).join("/")
}

/** Whether a path is that of what is typed or piped in; some of these can't be opened by their name. */
const isInput = (from: string): boolean => from === "-" || /^\/dev\/(?:stdin|fd\/0)$|^\/proc\/self\/fd\/0$/.test(from)

const isPipe = (path: string): boolean => /^\/(?:dev|proc)\//.test(path)

const read = (bytes: Uint8Array, path: string): Effect.Effect<PlanFile, PlanRefused> => {
  const text = fileText(bytes, path)
  return Result.isSuccess(text) ? Effect.succeed({ path, text: text.success }) : Effect.fail(PlanRefused.of([text.failure]))
}

const typed = Effect.gen(function* () {
  const files = yield* Files
  return { files: [yield* read(yield* files.standardInput, "standard input")], folder: false } satisfies Found
})

const look = Effect.fnUntraced(function* (given: string, name: string) {
  const files = yield* Files
  const resolved = yield* files.realPath(given).pipe(Effect.catch((error) => (isPipe(given) ? Effect.succeed(given) : Effect.fail(error))))
  // A pipe has a name under which it can be opened, and none where it would be.
  const path = (yield* files.stat(resolved)) === undefined ? given : resolved
  const opened = (inside: string, called: string) => Effect.flatMap(files.read(inside), (bytes) => read(bytes ?? Buffer.alloc(0), called))
  if ((yield* files.stat(path))?.isDirectory() !== true) return { files: [yield* opened(path, name)], folder: false } satisfies Found
  const names = (yield* files.list(path)).filter((one) => /\.(md|markdown)$/i.test(one) && !one.startsWith(".")).toSorted()
  const all = yield* Effect.forEach(names, (one) => opened(join(path, one), `${name}/${one}`))
  return { files: all, folder: true } satisfies Found
})

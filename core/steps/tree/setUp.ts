import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import { dirname, join } from "node:path"
import { printDuration } from "../../domain/text/duration.ts"
import type { EventBody } from "../../domain/event/event.ts"
import { notFound } from "../../domain/git/notFound.ts"
import { inScope } from "../../domain/task/scope.ts"
import type { SetupStep } from "../../domain/settings/settings.ts"
import { Files } from "../../world/machine/files.ts"
import { Git } from "../../world/git/git.ts"
import { Process } from "../../world/machine/process.ts"
import { copyFiles } from "./copyFiles.ts"
import { gitDirOf } from "../commit/treeEntries.ts"

/** A set-up command did not end with 0: the surroundings are to blame, not the task's work. */
export class SetupFailed extends Data.TaggedError("SetupFailed")<{
  readonly command: readonly string[]
  readonly reason: string
  /** The last lines it wrote. */
  readonly tail: string
}> {
  readonly class = "environment"
  override get message() {
    return `set-up \`${this.command.join(" ")}\` ${this.reason}${this.tail === "" ? "" : `:\n${this.tail}`}`
  }
  get hint() {
    return "Run the command in a fresh checkout to see why, or change `tree.setup` in osier.yaml."
  }
  readonly exit = 3
}

export interface SetUp {
  readonly tree: string
  /** Where it is remembered for which inputs each command ran; in the tree's own git directory when absent. */
  readonly known?: Map<string, string>
  /** The user's checkout. */
  readonly from: string
  readonly copy: readonly string[]
  readonly setup: readonly SetupStep[]
  /** The whole environment of the commands. */
  readonly env: Readonly<Record<string, string>>
  /** A file that all output is appended to. */
  readonly log?: string
  /** For each command; 15 minutes when absent. */
  readonly timeoutMs?: number
  /** Hears of each command that ran, the failed one included. */
  readonly onEvent?: (event: EventOf<"SetupRan">) => Effect.Effect<void>
}

type EventOf<Type extends EventBody["type"]> = Extract<EventBody, { readonly type: Type }>

export interface SetupRun {
  readonly command: readonly string[]
  readonly code: number
  readonly ms: number
}

const Remembered = Schema.fromJsonString(Schema.Record(Schema.String, Schema.String))

/** Makes a tree ready to work in: files copied, then the commands, each unless its named inputs are as they were the last time. */
export const setUp = Effect.fn("setUp")(function* (input: SetUp) {
  const files = yield* Files
  const gitDir = input.known === undefined ? yield* gitDirOf(input.tree) : undefined
  const copied = gitDir === undefined ? [] : yield* copyFiles({ ...input, gitDir })
  if (input.log !== undefined) yield* files.makeFolder(dirname(input.log))
  const memory = gitDir === undefined ? undefined : join(gitDir, "osier-setup.json")
  const text = memory === undefined ? undefined : yield* files.text(memory)
  const known = input.known ?? new Map(Object.entries(Option.getOrElse(Schema.decodeUnknownOption(Remembered)(text ?? "{}"), () => ({}))))
  const ran: SetupRun[] = []
  for (const step of input.setup) {
    const key = JSON.stringify(step.run)
    const state = step.when.length === 0 ? undefined : yield* inputsOf(input.tree, step.when)
    if (state !== undefined && known.get(key) === state) continue
    ran.push(yield* runStep(input, step.run))
    if (state === undefined) continue
    known.set(key, state)
    if (memory !== undefined) yield* files.write(memory, JSON.stringify(Object.fromEntries(known)))
  }
  return { copied, ran }
})

const runStep = Effect.fnUntraced(function* (input: SetUp, command: readonly string[]) {
  const processes = yield* Process
  const [program, ...args] = command
  if (program === undefined) return yield* new SetupFailed({ command, reason: "is empty", tail: "" })
  const timeoutMs = input.timeoutMs ?? 15 * 60_000
  const ended = yield* processes
    .run({
      argv: [program, ...args],
      cwd: input.tree,
      env: input.env,
      timeoutMs,
      keepBytes: 64 * 1024,
      ...(input.log === undefined ? {} : { log: input.log }),
    })
    .pipe(Effect.mapError((error) => new SetupFailed({ command, reason: `can't be started: ${error.reason}`, tail: "" })))
  yield* input.onEvent?.({ type: "SetupRan", command, code: ended.code ?? -1, ms: ended.ms }) ?? Effect.void
  if (ended.code === 0 && !ended.timedOut) return { command, code: 0, ms: ended.ms } satisfies SetupRun
  const output = `${ended.stdout.toString()}\n${ended.stderr}`.trim()
  const reason = ended.timedOut
    ? `took longer than ${printDuration(timeoutMs)}`
    : ended.code === null
      ? `was ended by ${ended.signal ?? "a signal"}`
      : ended.code === 127
        ? `ended with 127: ${notFound(output)}`
        : `ended with ${ended.code}`
  const tail = output.slice(-4000)
  return yield* new SetupFailed({ command, reason, tail })
})

/** One value for the contents of all files that the globs name. */
const inputsOf = Effect.fnUntraced(function* (tree: string, globs: readonly string[]) {
  const git = yield* Git
  const files = yield* Files
  const listed = yield* git.fields(["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: tree })
  const paths = [...new Set([...listed.filter(inScope(globs)), ...globs])].toSorted()
  const hash = createHash("sha256")
  for (const path of paths) {
    const stat = yield* files.stat(join(tree, path))
    const data = stat?.isFile() === true ? yield* files.read(join(tree, path)) : undefined
    hash.update(`${path}\0${data?.length ?? "absent"}\0`).update(data ?? "")
  }
  return hash.digest("hex")
})

import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { gitHint } from "../../domain/git/gitHint.ts"
import { gitWords } from "../../domain/git/gitWords.ts"
import { took } from "../../domain/text/plainText.ts"
import { ofObjects } from "./ofObjects.ts"
import { isShort, onlyReads } from "./onlyReads.ts"
import { machineEnvironment, userEnvironment } from "./gitEnvironment.ts"
import { Process } from "../machine/process.ts"
import type { CannotStart, Ended } from "../machine/process.ts"
import { Environment } from "../machine/environment.ts"

/** A git command answered with an exit code that its caller did not expect. */
export class GitFailed extends Data.TaggedError("GitFailed")<{
  readonly args: readonly string[]
  readonly code: number | null
  readonly stderr: string
  /** It was ended because its time was over; without that, a missing code means that somebody killed it. */
  readonly timedOut?: boolean
  /** How long it had, in milliseconds, and how often it was asked. */
  readonly time?: { readonly ms: number; readonly times: number }
}> {
  override get message() {
    if (this.timedOut === true && this.time !== undefined) {
      const { ms, times } = this.time
      return `git ${this.args.slice(0, 3).join(" ")} gave no answer for ${took(ms)}, and was ended${times > 1 ? `, ${times} times` : ""}`
    }
    return `git ${this.args.slice(0, 3).join(" ")} failed (${this.code ?? "ended by a signal"}): ${gitWords(this.stderr)}`
  }
  /** Somebody killed it, as the system does when memory is short: to do the same again may well help. */
  get killed() {
    return this.code === null && this.timedOut !== true
  }
  get hint() {
    if (this.timedOut === true && gitHint(this.stderr) === undefined)
      return "Something keeps git waiting here: a file system that does not answer, or a program that git starts. Try the command by hand."
    return (
      gitHint(this.stderr) ??
      "osier does not know this answer of git's. `osier doctor` looks at the repository, `git fsck` at every object."
    )
  }
  readonly exit = 3
}

/** Where a git command runs and what it may see. */
export interface GitOptions {
  readonly cwd?: string
  readonly input?: Uint8Array | string
  readonly env?: Readonly<Record<string, string>>
  /** Exit codes that are an answer, not a failure; default only 0. */
  readonly codes?: readonly number[]
  /**
   * git's words (in plain English) with which a failure is the expected "no" as well: with many causes it only answers 128.
   * Whoever asks for programs gets words of the user's language, and can't use it.
   */
  readonly no?: RegExp
  /** More `-c key=value` settings; they come after the pins and win over them. */
  readonly config?: Readonly<Record<string, string>>
  /**
   * This command may start programs of the user: hooks, filters, credential helpers, signing programs. They see the
   * environment of the git that starts them, so it is the user's own and nothing is pinned; only the exit code and `-z` output
   * may be relied on.
   */
  readonly programs?: boolean
  readonly timeoutMs?: number
}

/**
 * git as osier runs it: its words are read by a machine, and it starts no program of the user's, unless a command says that it
 * may. It never obeys variables that point to another repository, and never asks at a terminal.
 */
export class Git extends Context.Service<
  Git,
  {
    readonly run: (args: readonly string[], options?: GitOptions) => Effect.Effect<Ended, GitFailed | CannotStart>
    /** Standard output as text, without the last line break. */
    readonly text: (args: readonly string[], options?: GitOptions) => Effect.Effect<string, GitFailed | CannotStart>
    /** Standard output split at NUL bytes; for every command that has `-z`. */
    readonly fields: (args: readonly string[], options?: GitOptions) => Effect.Effect<readonly string[], GitFailed | CannotStart>
  }
>()("core/world/Git") {
  static readonly layer = Layer.effect(
    Git,
    Effect.gen(function* () {
      const processes = yield* Process
      const variables = yield* Environment
      const known = answers()
      const ask = Effect.fnUntraced(function* (args: readonly string[], options: GitOptions = {}) {
        const reads = onlyReads(args)
        const timeoutMs = options.timeoutMs ?? (isShort(args) ? shortMs : reads ? readMs : writeMs)
        let times = 0
        const once = processes.run({
          argv: ["git", ...(options.programs === true ? settings(options.config ?? {}) : pinned(options.config)), ...args],
          cwd: options.cwd ?? ".",
          env: { ...(options.programs === true ? userEnvironment(variables) : machineEnvironment(variables)), ...options.env },
          ...(options.input === undefined ? {} : { input: options.input }),
          timeoutMs,
        })
        // Whoever kills one that only reads, as the system does when memory is short, costs a moment and nothing else. One that
        // hangs is asked once more: what kept it waiting may be over.
        const answered = (one: Ended) => {
          times++
          return (one.code !== null && !one.timedOut) || (one.timedOut && times > 1)
        }
        const ended = yield* reads ? Effect.repeat(once, { until: answered, times: 3 }) : once
        if (
          ended.code === null ||
          (reads && ended.timedOut) ||
          !((options.codes ?? [0]).includes(ended.code) || options.no?.test(ended.stderr) === true)
        ) {
          return yield* new GitFailed({
            args,
            code: ended.code,
            stderr: ended.stderr,
            timedOut: ended.timedOut,
            time: { ms: timeoutMs, times },
          })
        }
        return ended
      })
      const run = Effect.fnUntraced(function* (args: readonly string[], options: GitOptions = {}) {
        if (options.input !== undefined || options.programs === true || !ofObjects(args)) return yield* ask(args, options)
        const question = JSON.stringify([args, options.cwd, options.env, options.config])
        const answer = known.get(question) ?? (yield* ask(args, options))
        if (answer.code === 0) known.keep(question, answer)
        return answer
      })
      const text = (args: readonly string[], options?: GitOptions) =>
        Effect.map(run(args, options), (ended) => ended.stdout.toString().replace(/\n$/, ""))
      const fields = (args: readonly string[], options?: GitOptions) =>
        Effect.map(run(args, options), (ended) => ended.stdout.toString().split("\0").slice(0, -1))
      return { run, text, fields }
    }),
  )
}

/** The latest answers that follow from objects alone; a landing asks for the same trees time and again. */
const answers = () => {
  const kept = new Map<string, Ended>()
  return {
    get: (question: string) => kept.get(question),
    keep: (question: string, answer: Ended) => {
      if (answer.stdout.length > largestAnswer) return
      kept.delete(question)
      kept.set(question, answer)
      for (const oldest of kept.keys()) if (kept.size > answersKept) kept.delete(oldest)
    },
  }
}

const answersKept = 64
/** In bytes. */
const largestAnswer = 256 * 1024

/** No git is waited for without an end: this long for one that looks at a few things, that reads, or that writes, in time in which osier ran. */
const shortMs = 60_000
const readMs = 5 * 60_000
const writeMs = 30 * 60_000

const pins: Readonly<Record<string, string>> = {
  "core.fsmonitor": "false",
  "core.hooksPath": "/dev/null",
  "core.quotePath": "false",
  "core.commitGraph": "false",
  "gc.auto": "0",
  "maintenance.auto": "false",
  "commit.gpgSign": "false",
  "merge.renames": "true",
  "merge.directoryRenames": "conflict",
  "merge.conflictStyle": "zdiff3",
  "diff.renames": "true",
  "diff.noprefix": "false",
  "diff.mnemonicPrefix": "false",
  "diff.suppressBlankEmpty": "false",
  "core.abbrev": "auto",
  "advice.detachedHead": "false",
  "advice.addEmbeddedRepo": "false",
}

const settings = (all: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(all).flatMap(([key, value]) => ["-c", `${key}=${value}`])

/** The `-c` arguments of every git process that starts no program of the user's. */
export const pinned = (more: Readonly<Record<string, string>> = {}): readonly string[] => settings({ ...pins, ...more })

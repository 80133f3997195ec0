/**
 * The contract of an adapter: what drives one kind of agent program.
 *
 * Promises and async iterables only; this file imports nothing, so an author needs nothing else. An adapter is a plain
 * object; export it as the default of a module and name the module in `osier.yaml` under `plugins`.
 */

/** One attempt at one task, as an adapter sees it. Every path is absolute. */
export interface Job {
  readonly task: number
  readonly attempt: number
  readonly title: string
  /** What the agent is asked to do, rules and evidence of earlier attempts included. */
  readonly prompt: string
  /** The isolated tree the agent works in; it is already on the task's branch. */
  readonly cwd: string
  /** The repository's git directories that a sandboxed agent needs write access to in order to commit. */
  readonly gitDirs: readonly string[]
  /** Everything the agent's environment may hold; nothing else of the parent's is passed on. */
  readonly env: Readonly<Record<string, string>>
  readonly model?: string
  /** Standing instructions of the agent's profile, for the system prompt. */
  readonly instructions?: string
  /** The command of a `shell` agent, or another program to start in place of the adapter's own. */
  readonly command?: readonly string[]
  /** More arguments for the agent program, from the profile. */
  readonly args?: readonly string[]
  /** A session to continue, as an earlier `ended` reported it. */
  readonly session?: string
  /** The agent may read but must not write; the adapter asks its program for that where it can. */
  readonly readOnly?: boolean
}

/** What an attempt came to. `ok` is the agent's own word; osier still judges the tree itself. */
export interface Outcome {
  readonly ok: boolean
  /**
   * Who is to blame when not ok. `work`: the agent tried and failed, another attempt may help. `environment`: the program
   * is missing or not logged in. `crash`: it was killed or fell over, which says nothing of its next start. `provider`: the
   * model's service refused or was overloaded, wait and repeat. `plan`: the job itself can't be done as asked. `cancelled`:
   * the signal ended it.
   */
  readonly class?: "work" | "environment" | "crash" | "provider" | "plan" | "cancelled"
  /** One line for a person. */
  readonly reason: string
  /** The agent's closing words. */
  readonly text?: string
  /** Continue with this session next time; null: the one that was told can't be continued, start afresh. */
  readonly session?: string | null
  /** What a person can type to mend it. */
  readonly hint?: string
  /** No task of this agent can go well before somebody mends its program, its login, its account or its profile. */
  readonly broken?: boolean
  /** Milliseconds since the epoch before which the provider should not be asked again. */
  readonly notBefore?: number
}

/**
 * What an adapter tells while it runs; the last one is `ended`, and there is exactly one.
 *
 * `started` may come more than once, each time with what is known by then: the process id first, the session when the
 * program told it. `used` without `ok` says that a tool was begun; with `ok: false`, that it failed.
 * `spent` is what was used up since the last one; with `total`, all that the session has used so far, earlier attempts included.
 * `alive` is a sign of life without words: the program writes something that isn't worth telling, to either of its streams. An agent
 * that gives no sign of life for as long as `limits.idle` is ended.
 */
export type AdapterEvent =
  | { readonly type: "started"; readonly pid?: number; readonly session?: string; readonly version?: string }
  | { readonly type: "said"; readonly text: string }
  | { readonly type: "used"; readonly tool: string; readonly detail?: string; readonly paths?: readonly string[]; readonly ok?: boolean }
  | {
      readonly type: "spent"
      readonly inputTokens?: number
      readonly outputTokens?: number
      readonly costUsd?: number
      readonly total?: boolean
    }
  | { readonly type: "retrying"; readonly reason: string; readonly attempt?: number; readonly delayMs?: number }
  | { readonly type: "asked"; readonly question: string }
  | { readonly type: "alive" }
  | { readonly type: "ended"; readonly outcome: Outcome }

/** Whether the agent program is there and usable. */
export interface Detection {
  readonly found: boolean
  readonly version?: string
  readonly loggedIn?: boolean
  readonly billing?: "subscription" | "api" | "none" | "unknown"
  /** What to type to get it, when not usable. */
  readonly hint?: string
}

/** What an adapter says of itself before anything runs, all that osier knows of its program. */
export interface AdapterFacts {
  /** What profiles call it by; alone it is an agent too, unless it needs a command. */
  readonly name: string
  /** The program that it starts where a profile names no `command`. `osier init` looks for it on PATH. */
  readonly program?: string
  /** It has no program of its own: every profile must name a `command`. */
  readonly needsCommand?: boolean
  /** The environment variables that its program is configured and logged in through; a `*` at the end stands for any ending. */
  readonly env?: readonly string[]
  /** Where its program keeps its settings and login: the variable that names the folder, and the folder in HOME without it. */
  readonly home?: { readonly variable: string; readonly folder: string }
}

export interface Adapter extends AdapterFacts {
  /** Looks without spending anything: no model request, no network. */
  detect(env: Readonly<Record<string, string>>, command?: readonly string[]): Promise<Detection>
  /**
   * Runs one job. When `signal` aborts, it stops its program (with the signal that program honours) and ends with class
   * `cancelled`. It must leave no process behind that it can reach; osier sweeps what it can't. It must not block its thread
   * (`spawn`, not `spawnSync`): one that answers nothing for half a minute is ended.
   */
  run(job: Job, signal: AbortSignal): AsyncIterable<AdapterEvent>
}

import type { TitleStyle } from "../task/commitTitle.ts"
import type { CommitWords } from "../task/commitWords.ts"
import type { OddKind } from "../git/oddity.ts"
import type { Verdict } from "../task/outcome.ts"

/** A named profile: adapter, model, instructions, limits. */
export interface AgentProfile {
  readonly name: string
  readonly adapter: string
  readonly model?: string
  readonly instructions?: string
  readonly command?: readonly string[]
  readonly args?: readonly string[]
  /** Names of variables of osier's own environment that this agent may see, beyond the standing few. */
  readonly env: readonly string[]
  /** Its own commits are signed as the user's are: it may reach the agents (ssh, gpg) that hold the key. */
  readonly sign?: boolean
  readonly attemptMs?: number
  readonly idleMs?: number
}

/** A named command that must exit 0. */
export interface Gate {
  readonly name: string
  readonly run: readonly string[]
  readonly timeoutMs: number
  /** Globs of paths that judge; a task that changes one is held. Words of `run` that name files are protected by themselves. */
  readonly protect: readonly string[]
  readonly env: readonly string[]
}

export interface SetupStep {
  readonly run: readonly string[]
  /** Paths it depends on; unchanged, it is not run again in a reused tree. Empty: always run. */
  readonly when: readonly string[]
}

/** Every setting with its default applied; durations in milliseconds, sizes in bytes. */
export interface Settings {
  readonly target?: string
  readonly remote: string
  /** Where osier's own refs stand on the remote. */
  readonly namespace: string
  readonly concurrency: number
  readonly branch: string
  readonly land: "auto" | "review" | "pr"
  readonly commits: "batch" | "individual"
  readonly merge: "merge" | "squash" | "rebase"
  readonly commit: { readonly title: TitleStyle | "auto"; readonly trailers: CommitWords["trailers"] }
  readonly keepBranch: boolean
  readonly agents: Readonly<Record<string, AgentProfile>>
  /** The default agent's name; absent when there is none to fall back to. */
  readonly agent?: string
  readonly gates: readonly Gate[]
  readonly tree: {
    readonly root?: string
    readonly isolation: "worktree" | "clone"
    readonly copy: readonly string[]
    readonly setup: readonly SetupStep[]
    readonly keepIgnored: readonly string[]
    readonly env: Readonly<Record<string, string>>
  }
  readonly limits: {
    readonly attemptMs: number
    readonly idleMs: number
    readonly graceMs: number
    readonly retries: number
    readonly conflicts: number
  }
  readonly keep: { readonly maxBytes: number }
  /** What a landing is held for that brings it. */
  readonly hold: readonly OddKind[]
  readonly outside: "report" | "hold"
  readonly onRedTarget: "stop" | "go"
  /** Who claims tasks here, when git's own e-mail is not it. */
  readonly email?: string
  readonly plugins: readonly string[]
}

/** Which verdicts may be cached: a pass, and a red that was confirmed (for planning only). */
export const cacheable = (verdict: Verdict): boolean => verdict === "pass" || verdict === "fail"

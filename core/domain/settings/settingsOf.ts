import * as Result from "effect/Result"
import { parseDuration } from "../text/duration.ts"
import type { AgentProfile, Gate, Settings } from "./settings.ts"
import type { SettingsFile } from "./settingsSchema.ts"
import { shellWords } from "../text/shellWords.ts"
import { parseSize } from "../text/size.ts"

// What reaches these three was checked by the schema; a default only spares an impossible branch.
const ms = (given: string | number): number => Result.getOrElse(parseDuration(given), () => 0)
const bytes = (given: string | number): number => Result.getOrElse(parseSize(given), () => 0)
const words = (given: string | readonly string[]): readonly string[] =>
  typeof given === "string" ? Result.getOrElse(shellWords(given), () => []) : given

/** A table that may be the short form of a command. */
const long = <A extends { readonly run: string | readonly string[] }>(
  given: A | string | readonly string[],
): A | { readonly run: string | readonly string[] } => (typeof given === "string" || !("run" in given) ? { run: given } : given)

const agentsOf = (file: SettingsFile): Readonly<Record<string, AgentProfile>> =>
  Object.fromEntries(
    Object.entries(file.agents ?? {}).map(([name, { command, env, limits, ...plain }]) => [
      name,
      {
        name,
        ...plain,
        ...(command === undefined ? {} : { command: words(command) }),
        env: env ?? [],
        ...(limits?.attempt === undefined ? {} : { attemptMs: ms(limits.attempt) }),
        ...(limits?.idle === undefined ? {} : { idleMs: ms(limits.idle) }),
      },
    ]),
  )

const gatesOf = (file: SettingsFile): readonly Gate[] =>
  Object.entries(file.gates ?? {}).map(([name, given]) => {
    const {
      run,
      timeout = "10m",
      protect = [],
      env = [],
    }: { run: string | readonly string[]; timeout?: string | number; protect?: readonly string[]; env?: readonly string[] } = long(given)
    return { name, run: words(run), timeoutMs: ms(timeout), protect, env }
  })

/** The settings that a file means, with every default applied. */
export const settingsOf = (file: SettingsFile): Settings => {
  const agents = agentsOf(file)
  const names = Object.keys(agents)
  const agent = file.agent ?? (names.length === 1 ? names[0] : undefined)
  const { tree = {}, limits = {} } = file
  return {
    ...(file.target === undefined ? {} : { target: file.target }),
    remote: file.remote ?? "none",
    namespace: file.namespace ?? "refs/osier/",
    concurrency: file.concurrency ?? 3,
    branch: file.branch ?? "task/{slug}-{id}",
    land: file.land ?? "auto",
    commits: file.commits ?? "batch",
    merge: file.merge ?? "squash",
    commit: { title: file.commit?.title ?? "auto", trailers: file.commit?.trailers ?? "full" },
    keepBranch: file.keep_branch ?? false,
    agents,
    ...(agent === undefined ? {} : { agent }),
    gates: gatesOf(file),
    tree: {
      ...(tree.root === undefined ? {} : { root: tree.root }),
      isolation: tree.isolation ?? "worktree",
      copy: tree.copy ?? [],
      setup: (tree.setup ?? []).map((given) => {
        const { run, when = [] }: { run: string | readonly string[]; when?: readonly string[] } = long(given)
        return { run: words(run), when }
      }),
      keepIgnored: tree.keep_ignored ?? [],
      env: tree.env ?? {},
    },
    limits: {
      attemptMs: ms(limits.attempt ?? "30m"),
      idleMs: ms(limits.idle ?? "10m"),
      graceMs: ms(limits.grace ?? "5s"),
      retries: limits.retries ?? 2,
      conflicts: limits.conflicts ?? 5,
    },
    keep: { maxBytes: bytes(file.keep?.max ?? "50MB") },
    hold: file.hold ?? ["env", "keys"],
    outside: file.outside ?? "report",
    onRedTarget: file.on_red_target ?? "stop",
    ...(file.email === undefined ? {} : { email: file.email }),
    plugins: file.plugins ?? [],
  }
}

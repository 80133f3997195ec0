/** One key of `osier.yaml`, for people. */
export interface SettingDoc {
  readonly key: string
  /** How a text from a flag or the environment becomes its value; keys inside of `<name>` can only stand in the file. */
  readonly kind: "text" | "list" | "boolean" | "file"
  /** As it would be written in the file; "" for none. */
  readonly default: string
  readonly meaning: string
}

const doc = (key: string, kind: SettingDoc["kind"], standard: string, meaning: string): SettingDoc => ({
  key,
  kind,
  default: standard,
  meaning,
})

/** Every key of `osier.yaml`: what `osier schema settings` prints and the documentation shows. */
export const settingsDocs: readonly SettingDoc[] = [
  doc("target", "text", "", "The branch that finished work lands on. Left out: the branch that is checked out when osier starts."),
  doc("namespace", "text", "refs/osier/", "Where osier's refs stand on the remote; refs/heads/osier/ for hosts that take only branches."),
  doc("remote", "text", "none", "none, or the remote (as origin) through which tasks, locks and the train are shared."),
  doc("concurrency", "text", "3", "How many tasks run at the same time."),
  doc(
    "branch",
    "text",
    "task/{slug}-{id}",
    "The name of a task's branch; {slug} is made of its title, {id} is its number and must be in it.",
  ),
  doc("keep_branch", "boolean", "false", "Keep the task's branch after it has landed."),
  doc(
    "land",
    "text",
    "auto",
    "auto: land what passed its gates; review: wait for `osier land`; pr: open a pull request (not possible yet).",
  ),
  doc(
    "commits",
    "text",
    "batch",
    "batch: several finished tasks may land together (today one at a time as well); individual: one at a time.",
  ),
  doc("merge", "text", "squash", "What lands: squash (one commit a task), merge (a merge commit), rebase (the task's own commits)."),
  doc(
    "commit.title",
    "text",
    "auto",
    "How commits are titled: conventional (`feat: Add a page`), plain (`Add a page`), auto: as most of the last fifty commits are.",
  ),
  doc("commit.trailers", "text", "full", "What a landing says in its `Osier-…` lines: full, or short: only what proves it."),
  doc("agent", "text", "", "The agent of tasks that name none. Left out: the only configured one, if there is exactly one."),
  doc(
    "agents.<name>.adapter",
    "file",
    "",
    "What drives the agent: an adapter that comes with osier, as claude or shell, or the name of a plugin. Required.",
  ),
  doc("agents.<name>.model", "file", "", "The model to ask for."),
  doc("agents.<name>.instructions", "file", "", "Standing instructions, beside each task's prompt."),
  doc(
    "agents.<name>.command",
    "file",
    "",
    "The program of a shell agent (the prompt arrives on stdin), or one to start in place of the adapter's own.",
  ),
  doc("agents.<name>.args", "file", "", "More arguments for the agent program."),
  doc("agents.<name>.env", "file", "[]", "Names of environment variables that the agent may see, beyond the standing few."),
  doc(
    "agents.<name>.sign",
    "file",
    "false",
    "Sign the agent's own commits and tags as yours: the agent may reach ssh-agent and gpg-agent. Left out: its git does not sign.",
  ),
  doc("agents.<name>.limits.attempt", "file", "", "The longest time for one attempt of this agent, in place of limits.attempt."),
  doc("agents.<name>.limits.idle", "file", "", "The longest silence of this agent, in place of limits.idle."),
  doc("gates.<name>.run", "file", "", "The command that must exit 0. Required; `<name>: npm test` is short for it."),
  doc("gates.<name>.timeout", "file", "10m", "After this time the verdict is timeout, which is not a pass."),
  doc(
    "gates.<name>.protect",
    "file",
    "[]",
    "Globs of paths that judge: a task that changes one is held. Files named in the command are protected by themselves.",
  ),
  doc("gates.<name>.env", "file", "[]", "Names of environment variables that the gate may see, beyond the standing few."),
  doc("tree.root", "text", "", "The folder for the trees of tasks. Left out: the sibling folder <repository>.osier."),
  doc("tree.isolation", "text", "worktree", "worktree: a git worktree for each task; clone: a private clone (not possible yet)."),
  doc("tree.copy", "list", "[]", "Untracked files to copy into each tree, as .env."),
  doc("tree.setup", "file", "[]", "Commands that make a tree ready, each as `{ run: …, when: [inputs] }` or just the command."),
  doc("tree.setup[].run", "file", "", "The command. Required."),
  doc("tree.setup[].when", "file", "[]", "Files it depends on: while they are the same, it is not run again in a reused tree."),
  doc("tree.keep_ignored", "list", "[]", "Ignored folders that stay in a reused tree, as node_modules."),
  doc("tree.env.<name>", "file", "", "A variable for agents and gates in every tree."),
  doc("limits.attempt", "text", "30m", "The longest time for one attempt at a task."),
  doc("limits.idle", "text", "10m", "The longest silence of an agent; after it the attempt ends."),
  doc("limits.grace", "text", "5s", "How long a stopped process may clean up before it is killed."),
  doc("limits.retries", "text", "2", "How often a task that failed by its own work is tried again."),
  doc("limits.conflicts", "text", "5", "How often a task goes back to its agent because others landed first in the same places."),
  doc("keep.max", "text", "50MB", "Ignored files up to this size are kept as well; larger ones are only named."),
  doc(
    "hold",
    "list",
    "[env, keys]",
    "What holds a landing that brings it until you have looked: env, keys, tests (removed ones), binaries, dependencies. The other kinds are reported.",
  ),
  doc(
    "outside",
    "text",
    "report",
    "What osier does about a change outside a task's tree that it can't attribute and that is not in the task's work: report it, or hold the task.",
  ),
  doc(
    "on_red_target",
    "text",
    "stop",
    "On a target that fails its own gates: stop before the first agent, or go, for tasks that repair it.",
  ),
  doc("email", "text", "", "Who claims tasks here; best set as OSIER_SET_EMAIL. Left out: git's user.email."),
  doc("plugins", "list", "[]", "Modules with more adapters, as paths from the repository's root."),
]

/** The variable that sets a key: `limits.attempt` is `OSIER_SET_LIMITS_ATTEMPT`. */
export const variableOf = (key: string): string => `OSIER_SET_${key.toUpperCase().replaceAll(".", "_")}`

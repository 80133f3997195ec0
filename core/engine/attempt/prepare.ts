import * as Effect from "effect/Effect"
import { join } from "node:path"
import { agentProfile } from "../../domain/settings/agentProfile.ts"
import { agentVariables, childEnvironment } from "../../domain/settings/environment.ts"
import { prompt } from "../../domain/task/prompt.ts"
import { readOnlyPrompt } from "../../domain/task/readOnlyPrompt.ts"
import type { Settings } from "../../domain/settings/settings.ts"
import { slugIn } from "../../domain/text/slug.ts"
import type { Task } from "../../domain/task/task.ts"
import type { Tree } from "../../domain/task/tree.ts"
import type { Job } from "../../plugin.ts"
import { freePort } from "../../steps/tree/freePort.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { planOf } from "../../steps/task/planOf.ts"
import { listTasks } from "../../steps/task/record.ts"
import { Files } from "../../world/machine/files.ts"
import { markVariable } from "../../world/machine/reaper.ts"
import { Refs } from "../../world/git/refs.ts"
import { Repository } from "../../world/git/repository.ts"
import { RunIdentity } from "../../world/git/runIdentity.ts"
import { Adapters } from "../context/adapters.ts"
import { markOf } from "../tree/mark.ts"
import { RunContext } from "../context/runContext.ts"
import { Environment } from "../../world/machine/environment.ts"

/** What is known of the attempts before. */
export interface Last {
  readonly evidence: string | undefined
  /** They were made in this very tree. */
  readonly sameTree: boolean
}

/** Everything an attempt needs to start: the agent's profile, and the job with its prompt, environment and files written. */
export const prepare = Effect.fn("prepare")(function* (held: Held, task: Task, tree: Tree, attempt: number, last: Last) {
  const { evidence } = last
  const refs = yield* Refs
  const files = yield* Files
  const { commonDir } = yield* Repository
  const { committer } = yield* RunIdentity
  const { settings } = yield* RunContext
  const adapters = yield* Adapters
  const profile = agentProfile(settings, task.agent ?? settings.agent ?? "", adapters.names) ?? {
    name: task.agent ?? "none",
    adapter: task.agent ?? "none",
    env: [],
  }
  const own = join(tree.path, ".osier")
  const plan = yield* planOf(task.id)
  const session = task.attempts.findLast((one) => one.agent === profile.name)?.session
  const keep = last.sameTree || session === undefined ? undefined : [...(yield* refs.list(`refs/osier/keep/${task.id}/`)).keys()].at(-1)
  const standing = {
    tree: tree.path,
    branch: tree.branch,
    attempt,
    ...(evidence === undefined ? {} : { evidence }),
    ...(plan === undefined ? {} : { plan }),
    ...(session === undefined ? {} : { resumed: { sameTree: last.sameTree, ...(keep === undefined ? {} : { keep }) } }),
  }
  const text = task.kind === undefined ? prompt(task, standing) : readOnlyPrompt(task, task.kind, standing, namesIn(settings))
  yield* files.write(join(own, "prompt.md"), text)
  if (evidence !== undefined) yield* files.write(join(own, "evidence.md"), evidence)
  const port = yield* freePort()
  const outer = yield* Environment
  const env = childEnvironment(outer, agentVariables(outer, adapters.factsOf(profile.adapter), profile.env, profile.sign), committer, {
    ...settings.tree.env,
    OSIER_TASK: String(task.id),
    OSIER_SLUG: slugIn(yield* listTasks(), task),
    OSIER_TITLE: task.title,
    OSIER_PROMPT_FILE: join(own, "prompt.md"),
    OSIER_TREE: tree.path,
    OSIER_BRANCH: tree.branch,
    OSIER_BASE: tree.base,
    OSIER_ATTEMPT: String(attempt),
    OSIER_PORT: String(port),
    ...(evidence === undefined ? {} : { OSIER_EVIDENCE: join(own, "evidence.md") }),
    [markVariable]: markOf(commonDir, task.id, held, attempt),
  })
  const job: Job = {
    task: task.id,
    attempt,
    title: task.title,
    prompt: text,
    cwd: tree.path,
    gitDirs: [commonDir, tree.gitDir],
    env,
    ...(profile.model === undefined ? {} : { model: profile.model }),
    ...(profile.instructions === undefined ? {} : { instructions: profile.instructions }),
    ...(profile.command === undefined ? {} : { command: profile.command }),
    ...(profile.args === undefined ? {} : { args: profile.args }),
    ...(session === undefined ? {} : { session }),
    ...(task.kind === undefined ? {} : { readOnly: true }),
  }
  return { profile, job, adapter: adapters.which(profile.adapter) }
})

/** What a proposal may name. */
const namesIn = (settings: Settings) => ({
  agents: Object.keys(settings.agents),
  gates: settings.gates.map(({ name }) => name),
  hasDefault: settings.agent !== undefined,
})

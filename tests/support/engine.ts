import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { engine, worldAt } from "../../core/live.ts"
import { sharing } from "../../core/world/remote/sharing.ts"
import type { Event } from "../../core/domain/event/event.ts"
import { readEventLine } from "../../core/domain/event/eventLine.ts"
import { parseArguments, parsePlan } from "../../core/domain/plan/plan.ts"
import type { Report } from "../../core/domain/task/report.ts"
import { resolveSettings } from "../../core/domain/settings/settingsFile.ts"
import { addTasks } from "../../core/engine/tasks/addTasks.ts"
import { run } from "../../core/engine/run/run.ts"
import type { RunOptions } from "../../core/engine/context/runContext.ts"
import { adapters } from "../../plugins/index.ts"
import { poolLayer } from "./pool.ts"
import { makeRepo } from "./repo.ts"
import type { Repo } from "./repo.ts"

/** A repository with settings committed, and the real engine to run on it. */
export interface Stage {
  readonly repo: Repo
  readonly run: (given: readonly string[] | { readonly plan: string }, options?: Partial<RunOptions>) => Promise<Report>
  /** Any verb of the engine, in the live world. */
  readonly act: <A, E>(effect: Effect.Effect<A, E, Engine>, options?: Partial<RunOptions>) => Promise<A>
  readonly events: () => readonly Event[]
}

type Engine = Layer.Success<ReturnType<typeof layerOf>>

const layerOf = (repo: Repo, options: Partial<RunOptions>) => {
  const path = join(repo.path, "osier.yaml")
  const workingText = existsSync(path) ? readFileSync(path, "utf8") : undefined
  const { settings, problems } = resolveSettings({
    ...(workingText === undefined ? {} : { fileText: workingText }),
    path,
    adapters,
  })
  if (problems.length > 0) throw new Error(JSON.stringify(problems))
  return engine({ settings, ...(workingText === undefined ? {} : { workingText }), options }).pipe(
    Layer.provideMerge(Layer.merge(poolLayer, sharing(settings))),
    Layer.provideMerge(worldAt(repo.path)),
  )
}

export const makeStage = (yaml: string, files: Readonly<Record<string, string>> = {}): Stage =>
  stageOn(makeRepo({ "README.md": "# a\n", "osier.yaml": yaml, ...files }), yaml)

/** The real engine on a repository that is there already, with these settings in its osier.yaml. */
export const stageOn = (repo: Repo, yaml: string): Stage => {
  const act: Stage["act"] = (effect, options = {}) => Effect.runPromise(Effect.provide(effect, layerOf(repo, options)))
  return {
    repo,
    act,
    run: (given, options = {}) => {
      const known = {
        agents: Object.keys(settingsOf(yaml).agents),
        adapters: adapters.map(({ name }) => name),
        gates: settingsOf(yaml).gates.map((gate) => gate.name),
      }
      const plan = "plan" in given ? parsePlan([{ path: "plan.yaml", text: given.plan }], known) : parseArguments(given, known)
      if (plan.problems.length > 0) throw new Error(JSON.stringify(plan.problems))
      return act(
        Effect.gen(function* () {
          const added = yield* addTasks(plan.tasks, { again: "resume" })
          return yield* run({ ids: added.map((one) => one.id) })
        }),
        options,
      )
    },
    events: () => {
      const path = join(repo.path, ".git/osier/journal.jsonl")
      if (!existsSync(path)) return []
      return readFileSync(path, "utf8")
        .split("\n")
        .flatMap((line) => {
          const read = readEventLine(line)
          return read.type === "event" ? [read.event] : []
        })
    },
  }
}

const settingsOf = (yaml: string) => resolveSettings({ fileText: yaml, path: "osier.yaml", adapters }).settings

import * as Effect from "effect/Effect"
import type { Known } from "../../domain/plan/planDraft.ts"
import type { Settings } from "../../domain/settings/settings.ts"
import { listTasks } from "../../steps/task/record.ts"
import { Adapters } from "./adapters.ts"

/** What a plan may refer to: agents, gates and tasks there are. */
export const knownOf = Effect.fn("knownOf")(function* (settings: Settings) {
  const { names, factsOf } = yield* Adapters
  const tasks = yield* listTasks()
  return {
    agents: Object.keys(settings.agents),
    adapters: names.filter((name) => factsOf(name)?.needsCommand !== true),
    gates: settings.gates.map(({ name }) => name),
    tasks: tasks.map(({ id }) => id),
    agent: settings.agent ?? null,
  } satisfies Known
})

import * as Effect from "effect/Effect"
import type { Known } from "../../domain/plan/planDraft.ts"
import type { Settings } from "../../domain/settings/settings.ts"
import { listTasks } from "../../steps/task/record.ts"

/** Adapters that are no agents by themselves: they have no program of their own to start. */
const needCommand = new Set(["shell"])

/** What a plan may refer to: agents, gates and tasks there are. */
export const knownOf = Effect.fn("knownOf")(function* (settings: Settings, adapters: readonly string[]) {
  const tasks = yield* listTasks()
  return {
    agents: Object.keys(settings.agents),
    adapters: adapters.filter((name) => !needCommand.has(name)),
    gates: settings.gates.map(({ name }) => name),
    tasks: tasks.map(({ id }) => id),
    agent: settings.agent ?? null,
  } satisfies Known
})

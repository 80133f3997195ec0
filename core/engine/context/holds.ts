import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** What is known to be wrong with an agent for now: its provider is over quota, or its program is missing. */
export type Hold = { readonly until: number; readonly reason: string } | { readonly broken: string; readonly hint?: string }

/**
 * Agents that should not be started at the moment. One refusal by a provider holds everybody who would ask it, so that
 * eight tasks do not fail one after the other for one full quota; a missing program is found once.
 */
export class Holds extends Context.Service<
  Holds,
  {
    readonly of: (agent: string) => Effect.Effect<Hold | undefined>
    /** Holds the agent until the provider said, or longer each time; answers with the end of the hold. */
    readonly rest: (agent: string, reason: string, notBefore: number | undefined) => Effect.Effect<number>
    readonly break: (agent: string, reason: string, hint?: string) => Effect.Effect<void>
    /** It could not work, by whatever is wrong with the machine, or fell over; answers whether it did so too often in a row. */
    readonly stumble: (agent: string) => Effect.Effect<boolean>
    /** It worked: the next refusal starts with a short rest again. */
    readonly clear: (agent: string) => Effect.Effect<void>
  }
>()("core/engine/Holds") {
  static readonly layer = Layer.sync(Holds, () => {
    const holds = new Map<string, Hold>()
    const refusals = new Map<string, number>()
    const stumbles = new Map<string, number>()
    return {
      of: (agent) =>
        Effect.map(Clock.currentTimeMillis, (now) => {
          const hold = holds.get(agent)
          return hold !== undefined && "until" in hold && hold.until <= now ? undefined : hold
        }),
      rest: (agent, reason, notBefore) =>
        Effect.map(Clock.currentTimeMillis, (now) => {
          const times = refusals.get(agent) ?? 0
          refusals.set(agent, times + 1)
          const until = Math.max(notBefore ?? 0, now + Math.min(firstRestMs * 2 ** times, longestRestMs))
          holds.set(agent, { until, reason })
          return until
        }),
      break: (agent, reason, hint) => Effect.sync(() => void holds.set(agent, { broken: reason, ...(hint === undefined ? {} : { hint }) })),
      stumble: (agent) =>
        Effect.sync(() => {
          const times = (stumbles.get(agent) ?? 0) + 1
          stumbles.set(agent, times)
          return times >= stumblesMax
        }),
      clear: (agent) =>
        Effect.sync(() => {
          holds.delete(agent)
          refusals.delete(agent)
          stumbles.delete(agent)
        }),
    }
  })
}

/** So often in a row is no accident any more. */
const stumblesMax = 3

const firstRestMs = 15_000
const longestRestMs = 10 * 60_000

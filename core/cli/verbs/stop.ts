import * as Effect from "effect/Effect"
import { count } from "../../domain/text/plainText.ts"
import { worldAt } from "../../live.ts"
import { liveRuns } from "../../steps/lock/liveRuns.ts"
import type { LiveRun } from "../../steps/lock/liveRuns.ts"
import { Machine } from "../../world/machine/machine.ts"
import { isSet } from "../flags.ts"
import type { Verb } from "../verb.ts"

/** How long a run may take to end everything it started, before it is named as not ended. */
const endedWithinMs = 20_000

/** Asks the runs of this repository to finish what works, or to stop at once. */
export const stop: Verb = ({ flags, json, screen, at }) =>
  Effect.gen(function* () {
    const now = isSet(flags, "now")
    const runs = yield* liveRuns()
    for (const run of runs) {
      yield* signal(run)
      // Two of the same signal at once would arrive as one.
      if (now) yield* Effect.andThen(Effect.sleep("300 millis"), signal(run))
    }
    const ended = now ? yield* Effect.forEach(runs, gone, { concurrency: "unbounded" }) : runs.map(() => false)
    if (json) {
      screen.out(JSON.stringify({ runs: runs.map(({ run, process }, place) => ({ run, pid: process.pid, ended: ended[place] === true })) }))
    } else if (runs.length === 0) screen.out("no run is active here")
    else if (now) {
      for (const [place, { run, process }] of runs.entries())
        screen.out(ended[place] === true ? `stopped run ${run}` : `run ${run} (process ${process.pid}) has not ended yet`)
      screen.out("Go on with: osier run")
    } else
      screen.out(
        `asked ${count(runs.length, "run")} to finish what works and start nothing more (osier watch shows it; --now stops at once)`,
      )
    return now && ended.includes(false) ? (1 as const) : (0 as const)
  }).pipe(Effect.provide(worldAt(at)))

/** Only the very process that was found: its number may belong to another one by now. */
const signal = Effect.fnUntraced(function* ({ process: identity }: LiveRun) {
  const machine = yield* Machine
  if ((yield* machine.liveness(identity)) !== "alive") return
  yield* Effect.try({ try: () => process.kill(identity.pid, "SIGTERM"), catch: () => undefined }).pipe(Effect.ignore)
})

const gone = Effect.fnUntraced(function* ({ process: identity }: LiveRun) {
  const machine = yield* Machine
  for (let waited = 0; waited < endedWithinMs; waited += 100) {
    if ((yield* machine.liveness(identity)) === "dead") return true
    yield* Effect.sleep(100)
  }
  return false
})

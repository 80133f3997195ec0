import * as Effect from "effect/Effect"
import { Drain } from "../engine/drain.ts"
import type { Report } from "../domain/report.ts"
import { Journal } from "../world/journal.ts"
import { closing } from "./closing.ts"
import { liveView, shown } from "./liveView.ts"
import { withSignals } from "./signals.ts"
import type { Call } from "./verb.ts"

/** Runs tasks while a person or a program watches, and ends with the closing words. */
export const showRun = Effect.fnUntraced(function* <E, R>(
  call: Call,
  work: Effect.Effect<Report, E, R>,
  titles: Iterable<readonly [number, string]>,
) {
  const journal = yield* Journal
  const drain = yield* Drain
  const live = liveView(call.screen, { json: call.json, titles })
  const soften = (signal: string) => {
    const how = signal === "SIGINT" ? "Ctrl-C" : signal
    if (!call.json) live.screen.err(`osier: ${how}: finishing what works, starting nothing more; once more stops everything`)
    return drain.request(`${how}: nothing new is started`)
  }
  const report = yield* shown(live, journal.subscribe, withSignals(work, soften)).pipe(
    Effect.onInterrupt(() =>
      Effect.sync(() => {
        if (!call.json) call.screen.err("osier: stopped. What was done so far is kept; go on with: osier run")
      }),
    ),
  )
  yield* journal.flush.pipe(Effect.ignore)
  if (!call.json) call.screen.out(closing(report, live.view(), call.screen.paint))
  return report.exit
})

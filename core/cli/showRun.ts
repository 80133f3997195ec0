import * as Effect from "effect/Effect"
import type { Report } from "../domain/task/report.ts"
import type { RunView } from "../domain/event/runView.ts"
import { Drain } from "../engine/context/drain.ts"
import { liveControl } from "../engine/run/liveControl.ts"
import { offerStream } from "../server/offerStream.ts"
import { gateTail } from "../steps/gate/gateTail.ts"
import { Journal } from "../world/journal/journal.ts"
import { Repository } from "../world/git/repository.ts"
import { standingLines } from "../domain/event/standing.ts"
import { runStanding } from "../steps/task/runStanding.ts"
import { RunIdentity } from "../world/git/runIdentity.ts"
import { Machine } from "../world/machine/machine.ts"
import { onRequest } from "./onRequest.ts"
import { standingText } from "./standingText.ts"
import { closing } from "./closing.ts"
import { type LiveView, liveView, shown } from "./liveView.ts"
import { withSignals } from "./signals.ts"
import type { Call } from "./verb.ts"

/** Does the work of a run while a person or a program watches, here and over the socket, and ends with the closing words. */
export const showRun = Effect.fnUntraced(function* <E, R>(call: Call, work: (live: LiveView) => Effect.Effect<Report, E, R>) {
  const journal = yield* Journal
  const drain = yield* Drain
  const live = liveView(call.screen, { json: call.json })
  const soften = (signal: string) => {
    const how = signal === "SIGINT" ? "Ctrl-C" : signal
    if (!call.json) call.screen.err(`osier: ${how}: finishing what works, starting nothing more; once more stops everything`)
    return drain.request(`${how}: nothing new is started`)
  }
  const watched = Effect.gen(function* () {
    yield* Effect.forkScoped(serve)
    yield* onRequest(call.json ? Effect.void : sayStanding(call.screen))
    return yield* shown(live, journal.subscribe, withSignals(work(live), soften))
  }).pipe(Effect.scoped)
  const report = yield* watched.pipe(
    Effect.onInterrupt(() =>
      Effect.sync(() => {
        if (!call.json) call.screen.err("osier: stopped. What was done so far is kept; go on with: osier run")
      }),
    ),
  )
  yield* journal.flush.pipe(Effect.ignore)
  if (!call.json) call.screen.out(closing(report, live.view(), call.screen.paint, yield* tailsOf(report, live.view())))
  return report.exit
})

/** Says what the run waits for. */
const sayStanding = Effect.fnUntraced(
  function* (screen: Call["screen"]) {
    const [{ run }, { self }] = [yield* RunIdentity, yield* Machine]
    screen.err(standingText(standingLines(yield* runStanding({ run, process: self })), screen.errPaint))
  },
  (said) => Effect.ignore(said),
)

/** What the gates printed last that failed these tasks. */
const tailsOf = Effect.fnUntraced(function* (report: Report, view: RunView) {
  const tails = new Map<number, readonly string[]>()
  for (const { id } of report.failed) {
    const log = view.tasks.get(id)?.log
    if (log !== undefined) tails.set(id, yield* gateTail(log))
  }
  return tails
})

/** Others may watch; that they can't is no reason to stop the work. */
const serve = Effect.gen(function* () {
  const { own } = yield* Repository
  yield* offerStream({ directory: own, ofRun: true })
}).pipe(
  Effect.provide(liveControl),
  Effect.catch((cause) => Effect.logWarning(cause.message)),
)

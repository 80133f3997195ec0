import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Event } from "../domain/event/event.ts"
import { writeEvent } from "../domain/event/eventLine.ts"
import { runScreen } from "../domain/event/runScreen.ts"
import { emptyRun, type RunView, seen, titled } from "../domain/event/runView.ts"
import { eventRow } from "./eventRow.ts"
import type { Screen } from "./screen.ts"

/** Fast enough to look live, slow enough that drawing costs nothing. */
const redrawMs = 120

/** What a person or a program sees of events as they come, and what they add up to. */
export interface LiveView {
  readonly put: (event: Event) => Effect.Effect<void>
  /** Titles of tasks that no event will tell. */
  readonly know: (tasks: Iterable<readonly [number, string]>) => void
  /** Forgets the run that was seen, for the next one. */
  readonly restart: () => void
  readonly view: () => RunView
  /** Redraws until interrupted; does nothing where nothing is redrawn. */
  readonly draw: Effect.Effect<never>
  /** Takes the drawing away, so that the closing words stand in its place. */
  readonly close: Effect.Effect<void>
}

/** Kinds of events that a log of a run leaves out: they are for programs, and for `osier logs`. */
const quiet: ReadonlySet<Event["type"]> = new Set([
  "JournalStarted",
  "AgentStarted",
  "AgentSpent",
  "TreeRemoved",
  "BranchDeleted",
  "GateStarted",
])

/** Shows a run: redrawn lines on a terminal, a log otherwise, or one JSON event a line. */
export const liveView = (screen: Screen, options: { readonly json: boolean; readonly idle?: string }): LiveView => {
  let view = emptyRun()
  const redraws = screen.live && !options.json
  const know = (tasks: Iterable<readonly [number, string]>) => {
    view = titled(view, tasks)
  }
  const restart = () => {
    view = { ...emptyRun(), titles: view.titles }
  }
  const put = (event: Event) =>
    Effect.sync(() => {
      view = seen(view, event)
      if (options.json) screen.out(writeEvent(event))
      else if (!redraws && !quiet.has(event.type)) screen.out(eventRow(event, screen.paint))
    })
  const { idle = "starting" } = options
  const draw: Effect.Effect<never> = redraws
    ? Effect.forever(
        Effect.gen(function* () {
          const now = yield* Clock.currentTimeMillis
          screen.draw(runScreen(view, { now, width: screen.width(), height: screen.height(), paint: screen.paint, idle }))
          yield* Effect.sleep(redrawMs)
        }),
      )
    : Effect.never
  return { put, know, restart, view: () => view, draw, close: Effect.sync(() => (redraws ? screen.draw([]) : undefined)) }
}

/** Shows the events of this process while the body runs, and waits for the last of them: the end of the run, unless told otherwise. */
export const shown = <A, E, R, E2>(
  live: LiveView,
  events: Stream.Stream<Event, E2>,
  body: Effect.Effect<A, E, R>,
  isLast: (event: Event) => boolean = (event) => event.type === "RunEnded",
) =>
  Effect.gen(function* () {
    const ended = yield* Deferred.make<void>()
    const follow = Stream.runForEach(events, (event) =>
      Effect.andThen(live.put(event), isLast(event) ? Effect.asVoid(Deferred.succeed(ended, undefined)) : Effect.void),
    )
    yield* Effect.forkScoped(follow, { startImmediately: true })
    yield* Effect.forkScoped(live.draw, { startImmediately: true })
    const result = yield* body
    // The journal hands events on within milliseconds; an event that can't be written must not keep us for ever.
    yield* Deferred.await(ended).pipe(Effect.timeoutOption("1 second"))
    return result
  }).pipe(Effect.scoped, Effect.ensuring(live.close))

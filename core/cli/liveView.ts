import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Event } from "../domain/event.ts"
import { writeEvent } from "../domain/eventLine.ts"
import { runScreen } from "../domain/runScreen.ts"
import { emptyRun, type RunView, seen } from "../domain/runView.ts"
import { eventRow } from "./eventRow.ts"
import type { Screen } from "./screen.ts"

/** Fast enough to look live, slow enough that drawing costs nothing. */
const redrawMs = 120

/** What a person or a program sees of events as they come, and what they add up to. */
export interface LiveView {
  readonly put: (event: Event) => Effect.Effect<void>
  /** Titles of tasks that no event will tell. */
  readonly know: (tasks: Iterable<readonly [number, string]>) => void
  readonly view: () => RunView
  /** Redraws until interrupted; does nothing where nothing is redrawn. */
  readonly draw: Effect.Effect<never>
  /** Takes the drawing away, so that the closing words stand in its place. */
  readonly close: Effect.Effect<void>
  /** The screen to print on beside the view: what it prints stands above it. */
  readonly screen: Screen
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
export const liveView = (screen: Screen, options: { readonly json: boolean }): LiveView => {
  let view = emptyRun()
  let drawn = 0
  const redraws = screen.live && !options.json

  const wipe = () => {
    // Up to the first line drawn, then clear to the end of the screen; in one write, so that nothing flickers.
    if (drawn > 0) process.stdout.write(`\u001b[${drawn}A\u001b[0J`)
    drawn = 0
  }
  const paint = (now: number) => {
    const lines = runScreen(view, { now, width: screen.width(), height: screen.height(), paint: screen.paint })
    process.stdout.write(`${drawn > 0 ? `\u001b[${drawn}A` : ""}\u001b[0J${lines.join("\n")}\n`)
    drawn = lines.length
  }
  const aside: Screen = redraws
    ? {
        ...screen,
        out: (text) => (wipe(), screen.out(text)),
        err: (text) => (wipe(), screen.err(text)),
      }
    : screen

  const know = (tasks: Iterable<readonly [number, string]>) => {
    view = { ...view, tasks: new Map([...emptyRun(tasks).tasks, ...view.tasks]) }
  }
  const put = (event: Event) =>
    Effect.sync(() => {
      view = seen(view, event)
      if (options.json) screen.out(writeEvent(event))
      else if (!redraws && !quiet.has(event.type)) screen.out(eventRow(event, screen.paint))
    })
  const draw: Effect.Effect<never> = redraws
    ? Effect.forever(
        Effect.gen(function* () {
          const now = yield* Clock.currentTimeMillis
          paint(now)
          yield* Effect.sleep(redrawMs)
        }),
      )
    : Effect.never
  return { put, know, view: () => view, draw, close: Effect.sync(wipe), screen: aside }
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

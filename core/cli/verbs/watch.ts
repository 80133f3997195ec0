import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { connect } from "../../client.ts"
import type { EventOf } from "../../domain/event/event.ts"
import { worldAt } from "../../live.ts"
import { listTasks } from "../../steps/task/record.ts"
import { Journal } from "../../world/journal/journal.ts"
import { Machine } from "../../world/machine/machine.ts"
import { Repository } from "../../world/git/repository.ts"
import { readServerFile } from "../../world/machine/serverFile.ts"
import { isSet } from "../flags.ts"
import { liveView } from "../liveView.ts"
import { withSignals } from "../signals.ts"
import type { Call, Verb } from "../verb.ts"

/** Shows the run that is going on, through the same socket as any other program would. */
export const watch: Verb = (call) =>
  Effect.gen(function* () {
    const { own } = yield* Repository
    const follow = isSet(call.flags, "follow")
    const going = yield* current
    if (going === undefined && !follow) {
      if (!call.json) call.screen.out("no run is going on here; the last ones are in: osier events")
      return 0 as const
    }
    const journal = yield* Journal
    const since = going === undefined ? (yield* journal.position).seq : going.seq - 1
    yield* look(call, { directory: own, since, follow, run: going?.run })
    return 0 as const
  }).pipe(Effect.provide(worldAt(call.at)))

/** The start of the run whose process serves the events, if there is one. */
const current = Effect.gen(function* () {
  const [journal, machine, { own }] = [yield* Journal, yield* Machine, yield* Repository]
  const server = yield* Effect.promise(() => readServerFile(own))
  if (server === undefined || (yield* machine.liveness(server.process)) === "dead") return undefined
  const open = new Map<string, EventOf<"RunStarted">>()
  yield* Stream.runForEach(journal.read(0), (event) =>
    Effect.sync(() => {
      if (event.type === "RunStarted") open.set(event.run, event)
      if (event.type === "RunEnded") open.delete(event.run)
    }),
  )
  return [...open.values()].findLast(({ pid }) => pid === server.process.pid) ?? [...open.values()].at(-1)
})

const titles = Effect.map(listTasks(), (tasks) => tasks.map(({ id, title }) => [id, title] as const))

const look = Effect.fnUntraced(function* (
  call: Call,
  of: { readonly directory: string; readonly since: number; readonly follow: boolean; readonly run: string | undefined },
) {
  const live = liveView(call.screen, { json: call.json, idle: "waits for a run" })
  live.know(yield* titles)
  const stream = connect({ directory: of.directory, since: of.since })
  const read = Stream.fromAsyncIterable(stream, (cause) => (cause instanceof Error ? cause : new Error(String(cause)))).pipe(
    Stream.takeUntil((event) => !of.follow && event.type === "RunEnded" && event.run === of.run),
    Stream.runForEach((event) => {
      if (of.follow && event.type === "RunStarted") live.restart()
      return of.run === undefined || of.follow || event.run === of.run ? live.put(event) : Effect.void
    }),
    Effect.orDie,
  )
  const both = Effect.raceFirst(read, live.draw).pipe(Effect.ensuring(live.close))
  let left = false
  const quiet = withSignals(both.pipe(Effect.raceFirst(Effect.callback<void>((resume) => void (leave = () => resume(Effect.void))))), () =>
    Effect.sync(() => ((left = true), leave())),
  )
  let leave = () => {}
  yield* Effect.ensuring(quiet, Effect.sync(stream.close))
  if (!left && !call.json && call.screen.live) call.screen.out("the run has ended: osier ls")
})

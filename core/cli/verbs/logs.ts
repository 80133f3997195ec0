import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Event } from "../../domain/event/event.ts"
import { writeEvent } from "../../domain/event/eventLine.ts"
import { plainText } from "../../domain/text/plainText.ts"
import { readTask } from "../../steps/task/record.ts"
import { Files } from "../../world/machine/files.ts"
import { Journal } from "../../world/journal/journal.ts"
import { eventRow } from "../eventRow.ts"
import { isSet, numberFlag, taskNumber } from "../flags.ts"
import type { Call, Verb } from "../verb.ts"
import { worldAt } from "../../live.ts"

/** So much of the end of a gate's output is shown; the whole is in the file that is named. */
const tailBytes = 64 * 1024

/** What the agent of a task said and what its gates printed, attempt by attempt. */
export const logs: Verb = (call) =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const id = yield* taskNumber(call.args[0] ?? "")
    const attempt = yield* numberFlag(call.flags, "attempt")
    yield* readTask(id)
    let now = 0
    let shown = 0
    const stream = isSet(call.flags, "follow") ? journal.follow(0) : journal.read(0)
    yield* Stream.runForEach(stream, (event) => {
      if (!("task" in event) || event.task !== id) return Effect.void
      if (event.type === "AttemptStarted") now = event.attempt
      if (attempt !== undefined && now !== attempt) return Effect.void
      shown++
      return print(event, call)
    })
    if (shown === 0 && !call.json)
      call.screen.err(
        attempt !== undefined && now > 0
          ? `there was no attempt ${attempt} at task ${id} here; the last one was ${now}`
          : `nothing is known of task ${id} here: it was not worked on on this machine, or the journal was deleted`,
      )
    return 0 as const
  }).pipe(Effect.provide(worldAt(call.at)))

const print = Effect.fnUntraced(function* (event: Event, { json, screen }: Call) {
  if (json) return screen.out(writeEvent(event))
  // What an agent says is shown whole here, line by line, unlike in a list of events.
  if (event.type === "AgentSaid") return screen.out(event.text)
  screen.out(eventRow(event, screen.paint))
  if (event.type !== "GateJudged" || event.log === undefined || event.cached) return
  const files = yield* Files
  const text = yield* files.read(event.log).pipe(Effect.orElseSucceed(() => undefined))
  if (text === undefined) return screen.out(screen.paint.dim(`  its output ${event.log} is gone`))
  const tail = text.subarray(-tailBytes).toString()
  const lines = plainText(tail).split("\n")
  if (text.length > tailBytes) screen.out(screen.paint.dim(`  the end of ${event.log}:`))
  screen.out(lines.map((line) => `  ${line}`).join("\n"))
})

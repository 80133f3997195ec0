import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { worldAt } from "../../live.ts"
import { Journal } from "../../world/journal/journal.ts"
import { eventRow } from "../eventRow.ts"
import { isSet, numberFlag } from "../flags.ts"
import type { Verb } from "../verb.ts"

/** Prints the journal, and goes on with what comes; as JSON exactly as it stands there, events of a newer osier included. */
export const events: Verb = ({ flags, json, screen, at }) =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const since = (yield* numberFlag(flags, "since")) ?? 0
    const follow = isSet(flags, "follow")
    const end = (yield* journal.position).seq
    if (!follow && end <= since) return 0 as const
    const batches = follow ? journal.batches(since) : Stream.takeUntil(journal.batches(since), ({ last }) => last >= end)
    yield* Stream.runForEach(batches, ({ lines }) =>
      Effect.sync(() => {
        for (const { seq, text, line } of lines) {
          if (json) screen.out(text)
          else if (line.type === "event") screen.out(`${String(seq).padStart(5)} ${eventRow(line.event, screen.paint)}`)
          else screen.out(screen.paint.dim(`${String(seq).padStart(5)} an event that a newer osier wrote`))
        }
      }),
    )
    return 0 as const
  }).pipe(Effect.provide(worldAt(at)))

import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { writeEvent } from "../../domain/eventLine.ts"
import { Journal } from "../../world/journal.ts"
import { eventRow } from "../eventRow.ts"
import { isSet, numberFlag } from "../flags.ts"
import type { Verb } from "../verb.ts"
import { worldAt } from "../../engine/liveWorld.ts"

/** Prints the journal, and goes on with what comes. */
export const events: Verb = ({ flags, json, screen, at }) =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const since = (yield* numberFlag(flags, "since")) ?? 0
    const stream = isSet(flags, "follow") ? journal.follow(since) : journal.read(since)
    yield* Stream.runForEach(stream, (event) =>
      Effect.sync(() => screen.out(json ? writeEvent(event) : `${String(event.seq).padStart(5)} ${eventRow(event, screen.paint)}`)),
    )
    return 0 as const
  }).pipe(Effect.provide(worldAt(at)))

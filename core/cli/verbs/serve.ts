import * as Effect from "effect/Effect"
import { worldAt } from "../../live.ts"
import { offerStream } from "../../server/offerStream.ts"
import { Control } from "../../world/machine/control.ts"
import { Repository } from "../../world/git/repository.ts"
import { UsageWrong } from "../commandLine.ts"
import { numberFlag } from "../flags.ts"
import { withSignals } from "../signals.ts"
import type { Verb } from "../verb.ts"

/** Serves the journal on a websocket until a signal; waits in line while another process serves it. */
export const serve: Verb = ({ flags, json, screen, at }) =>
  Effect.gen(function* () {
    const { own } = yield* Repository
    const port = yield* numberFlag(flags, "port")
    if (port !== undefined && port > 65_535)
      return yield* new UsageWrong({ message: `there is no port ${port}`, hint: "write --port 7433, or leave it out" })
    let served = false
    let leave = () => {}
    const serving = offerStream({
      directory: own,
      ...(port === undefined ? {} : { port }),
      started: (record) =>
        Effect.sync(() => {
          served = true
          const url = `ws://127.0.0.1:${record.port}/events?token=${record.token}`
          if (json) screen.out(JSON.stringify({ url, port: record.port, token: record.token, journal: record.journal }))
          else screen.out(`serving the events of this repository: ${url}\nThe token lets in; treat it like a password. Ctrl-C ends it.`)
        }),
    })
    const waiting = Effect.gen(function* () {
      yield* Effect.sleep("1 second")
      if (!served && !json) screen.err("osier: another process serves these events now; this one takes over when that ends")
      return yield* Effect.never
    })
    // There is nothing to finish softly: the first signal ends it.
    const left = Effect.callback<void>((resume) => void (leave = () => resume(Effect.void)))
    yield* withSignals(Effect.raceFirst(Effect.raceFirst(serving, waiting), left), () => Effect.sync(() => leave()))
    return 0 as const
  }).pipe(Effect.provide(Control.none), Effect.provide(worldAt(at)))

import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { EventEmitter } from "node:events"
import { expect, test } from "vitest"
import { withSignals } from "../../core/cli/signals.ts"

/** A body that ends when it is asked to, under signals from an emitter. */
const under = (gone: boolean) => {
  const process = new EventEmitter()
  const softened: string[] = []
  const asked = Deferred.makeUnsafe<string>()
  const soften = (signal: string) =>
    Effect.andThen(
      Effect.sync(() => void softened.push(signal)),
      Deferred.succeed(asked, signal),
    )
  const body = Deferred.await(asked)
  const ended = Effect.runPromiseExit(withSignals(body, soften, { process, terminalGone: () => Promise.resolve(gone) }))
  return { process, softened, ended }
}

test("SIGHUP ends a run only if the terminal that is gone is what it talks to", async () => {
  const stays = under(false)
  stays.process.emit("SIGHUP", "SIGHUP")
  stays.process.emit("SIGHUP", "SIGHUP")
  await new Promise((resolve) => setImmediate(resolve))
  stays.process.emit("SIGTERM", "SIGTERM")
  expect(await stays.ended).toEqual(Exit.succeed("SIGTERM"))
  expect(stays.softened).toEqual(["SIGTERM"])

  const goes = under(true)
  goes.process.emit("SIGHUP", "SIGHUP")
  expect(Exit.hasInterrupts(await goes.ended)).toBe(true)
  expect(goes.softened).toEqual([])
  expect(goes.process.eventNames()).toEqual([])
})

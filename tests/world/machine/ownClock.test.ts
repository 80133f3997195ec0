import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { ownClock } from "../../../core/world/machine/ownClock.ts"

/** A clock on which a sleep takes as long as it should, and some take longer because nobody was awake. */
const sleepyClock = (stops: readonly number[]) => {
  let at = 0
  let slept = 0
  const millis = () => at
  const nanos = () => BigInt(Math.round(at)) * 1_000_000n
  const clock: Clock.Clock = {
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: nanos,
    monotonicTimeNanos: Effect.sync(nanos),
    sleep: (duration) => Effect.sync(() => void (at += Duration.toMillis(duration) + (stops[slept++] ?? 0))),
  }
  const during = <A>(effect: Effect.Effect<A>) =>
    Effect.runPromise(
      Effect.provideService(
        Effect.map(effect, (value) => ({ value, at })),
        Clock.Clock,
        clock,
      ),
    )
  return { during }
}

test("time in which the process was stopped is charged to nobody, however often and however long that was", async () => {
  const { during } = sleepyClock([0, 3_600_000, 0, 0, 60_000])
  const clock = ownClock()
  const { value, at } = await during(Effect.andThen(clock.sleep(10_000), clock.now))
  expect(value).toBeGreaterThanOrEqual(10_000)
  expect(value).toBeLessThan(11_001)
  expect(at).toBeGreaterThan(3_660_000)
})

test("a busy machine that is merely late stops no clock", async () => {
  const { during } = sleepyClock([500, 1_500, 300, 900])
  const clock = ownClock()
  const { value, at } = await during(Effect.andThen(clock.sleep(5_000), clock.now))
  expect(value).toBe(at)
  expect(at).toBeLessThan(7_000)
})

test("a limit that strikes lets go first of what had ended in time and was not heard yet", async () => {
  const clock = ownClock()
  // As after Ctrl-Z and `fg`: the timer is due, and so is what was said meanwhile.
  const said = Effect.callback<string>((resume) => void setTimeout(() => resume(Effect.succeed("said in time")), 250))
  expect(await Effect.runPromise(clock.within(150, said, Effect.succeed("too late")))).toBe("said in time")
  expect(await Effect.runPromise(clock.within(10, Effect.never, Effect.succeed("too late")))).toBe("too late")
})

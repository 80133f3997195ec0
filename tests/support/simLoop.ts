import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Scheduler from "effect/Scheduler"

/** Time that passes only when nothing else is left to do; every step follows from the ones before, so a seed repeats a whole history. */
export const simLoop = (start: number) => {
  let now = start
  let order = 0
  const soon: (() => void)[] = []
  const later: { readonly at: number; readonly order: number; readonly wake: () => void }[] = []

  /** Does something at a time of this loop; answers with what takes it back. */
  const at = (time: number, wake: () => void): (() => void) => {
    const entry = { at: Math.max(time, now), order: order++, wake }
    const place = later.findIndex((other) => other.at > entry.at)
    later.splice(place < 0 ? later.length : place, 0, entry)
    return () => {
      const index = later.indexOf(entry)
      if (index >= 0) later.splice(index, 1)
    }
  }
  const scheduler = new Scheduler.MixedScheduler("async", (task) => {
    let wanted = true
    soon.push(() => {
      if (wanted) task()
    })
    return () => {
      wanted = false
    }
  })
  const settle = () => {
    for (let task = soon.shift(); task !== undefined; task = soon.shift()) task()
  }
  return {
    now: () => now,
    at,
    scheduler,
    /** Lets everything happen until nothing is due any more, or until that time. */
    run: (until: number): void => {
      settle()
      for (let next = later[0]; next !== undefined && next.at <= until; next = later[0]) {
        later.shift()
        now = next.at
        next.wake()
        settle()
      }
    },
  }
}

export type SimLoop = ReturnType<typeof simLoop>

/** How a process of the simulation stands in time: dead ones never wake again, suspended ones wake late. */
export interface Pulse {
  dead: boolean
  suspendedUntil: number
  /** How long it did nothing in all. */
  slept: number
  /** The part of it that a clock which nobody sets knows nothing of, and until when: the machine slept, as Linux has it. */
  frozen: number
  frozenUntil: number
  /** How far its clock is off. */
  readonly skewMs: number
}

/** The clock of one process: wrong by its skew, stopped by its death, late after a suspension. */
export const simClock = (loop: SimLoop, pulse: Pulse): Clock.Clock => {
  const millis = () => loop.now() + pulse.skewMs
  const inNanos = (ms: number) => BigInt(Math.round(ms)) * 1_000_000n
  const nanos = () => inNanos(millis())
  const awake = () => inNanos(loop.now() - pulse.frozen + Math.max(0, pulse.frozenUntil - loop.now()))
  const sleep = (duration: Duration.Duration) =>
    Effect.callback<void>((resume) => {
      let cancel = () => {}
      const arm = (time: number) => {
        cancel = loop.at(time, () => {
          if (pulse.dead) return
          if (pulse.suspendedUntil > loop.now()) arm(pulse.suspendedUntil)
          else resume(Effect.void)
        })
      }
      arm(loop.now() + Duration.toMillis(duration))
      return Effect.sync(() => cancel())
    })
  return {
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: awake,
    monotonicTimeNanos: Effect.sync(awake),
    sleep,
  }
}

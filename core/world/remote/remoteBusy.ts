import * as Schedule from "effect/Schedule"

/** When git is asked once more while something it needs is in use. */
export const busyAgain = Schedule.min([Schedule.exponential("20 millis"), Schedule.spaced("500 millis")]).pipe(
  Schedule.jittered,
  Schedule.upTo({ times: 10 }),
)

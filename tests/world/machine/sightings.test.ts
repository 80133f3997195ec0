import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { expect, test } from "vitest"
import { Sightings } from "../../../core/world/machine/sightings.ts"

const seen = <A>(watching: (still: (name: string, value: string) => Effect.Effect<number>) => Effect.Effect<A>) =>
  Effect.runPromise(
    Effect.gen(function* () {
      return yield* watching((yield* Sightings).still)
    }).pipe(Effect.provide(Sightings.layer), Effect.provide(TestClock.layer())),
  )

test("what is seen for the first time has stood still for no time, however old it is", async () => {
  const looks = await seen((still) =>
    Effect.gen(function* () {
      yield* TestClock.adjust(Duration.hours(3))
      const first = yield* still("a", "1")
      yield* TestClock.adjust(Duration.seconds(10))
      return [first, yield* still("a", "1")]
    }),
  )
  expect(looks).toEqual([0, 10_000])
})

test("every move begins anew, and one that moved back was not still", async () => {
  const looks = await seen((still) =>
    Effect.gen(function* () {
      const found: number[] = []
      for (const value of ["1", "1", "2", "1", "1"]) {
        found.push(yield* still("a", value))
        yield* TestClock.adjust(Duration.seconds(5))
      }
      return found
    }),
  )
  expect(looks).toEqual([0, 5_000, 0, 0, 5_000])
})

test("each name is watched for itself", async () => {
  const looks = await seen((still) =>
    Effect.gen(function* () {
      yield* still("a", "1")
      yield* TestClock.adjust(Duration.seconds(5))
      yield* still("b", "1")
      yield* TestClock.adjust(Duration.seconds(5))
      return [yield* still("a", "1"), yield* still("b", "1"), yield* still("c", "1")]
    }),
  )
  expect(looks).toEqual([10_000, 5_000, 0])
})

test("who was stopped between two looks has seen nothing meanwhile", async () => {
  const looks = await seen((still) =>
    Effect.gen(function* () {
      yield* still("a", "1")
      yield* TestClock.adjust(Duration.minutes(3))
      const late = yield* still("a", "1")
      yield* TestClock.adjust(Duration.seconds(5))
      return [late, yield* still("a", "1")]
    }),
  )
  expect(looks).toEqual([10_000, 15_000])
})

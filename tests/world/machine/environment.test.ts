import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { broughtNonce } from "../../../core/steps/task/claims.ts"
import { Environment } from "../../../core/world/machine/environment.ts"

test("a test gives variables of its own, and leaves those of the process alone", () => {
  const twin = Effect.provideService(broughtNonce, Environment, { OSIER_SESSION: "twin" })
  expect(Effect.runSync(twin)).toBe("twin")
  expect(process.env["OSIER_SESSION"]).not.toBe("twin")
})

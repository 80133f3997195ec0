import { expect, test } from "vitest"
import { agentsWithin, openFilesFor } from "../../../core/domain/settings/agentsWithin.ts"

test("few open files mean few agents, none at all where osier alone needs them, and what is to be typed lets all of them work", () => {
  expect(agentsWithin(20)).toBe(0)
  expect(agentsWithin(64)).toBe(1)
  expect(agentsWithin(1024)).toBeGreaterThan(50)
  for (const agents of [1, 3, 6, 30, 300]) expect(agentsWithin(openFilesFor(agents))).toBeGreaterThanOrEqual(agents)
})

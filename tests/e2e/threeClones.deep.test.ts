import { expect, onTestFailed, test } from "vitest"
import { graph, mayBeAway } from "../../scripts/storm/graph.ts"
import { leaseMs, skewMs } from "../../core/domain/lock/lock.ts"
import { seed } from "../support/dice.ts"

// Only a lease that stood still tells that an owner on another machine is dead.
test.skipIf(!mayBeAway())(
  "one that is killed on another machine is followed within its lease, and every task lands once",
  async () => {
    onTestFailed(() => console.error(`repeat it with OSIER_SEED=${seed}`))
    const { broken, takenOver, killed } = await graph({ seed, tasks: 12, away: true })
    console.log(`${killed}; ${takenOver.map(([what, time]) => `${what} after ${((time ?? 0) / 1000).toFixed(1)} s`).join(", ")}`)
    expect(broken).toEqual([])
    for (const [what, time] of takenOver) expect(time, what).toBeLessThan(2 * (leaseMs + skewMs))
  },
  400_000,
)

test("three clones share one graph; one is killed at a random moment, and every task lands once all the same", async () => {
  onTestFailed(() => console.error(`repeat it with OSIER_SEED=${seed}`))
  const { broken, killed, landings, takenOver, ms } = await graph({ seed, tasks: 30, away: false })
  const after = takenOver.map(([what, time]) => `${what} after ${time === undefined ? "-" : (time / 1000).toFixed(1)} s`)
  console.log(`30 tasks in ${(ms / 1000).toFixed(1)} s; ${killed}; taken over: ${after.join(", ") || "nothing was held"}`)
  expect(broken).toEqual([])
  expect(landings.map(([, count]) => count).reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(29)
  for (const [what, time] of takenOver) expect(time, what).toBeDefined()
}, 300_000)

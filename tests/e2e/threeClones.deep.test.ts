import { expect, onTestFailed, test } from "vitest"
import { graph, mayBeAway } from "../../scripts/storm/graph.ts"
import { leaseMs, skewMs } from "../../core/domain/lock.ts"
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

import { expect, test } from "vitest"
import { budgetMs, dice, manySeeds, seed } from "../support/dice.ts"
import { playOwnership } from "./ownership.ts"
import type { Sabotage } from "./ownership.ts"

test(
  "whoever is cut off from the remote: one owner, who stopped by itself before another began, and every task lands once",
  { timeout: budgetMs + 30_000 },
  async () => {
    const seen = { kills: 0, suspensions: 0, takenFromTheLiving: 0, lostLeases: 0, cuts: 0 }
    const tried = await manySeeds((roll) => {
      const story = playOwnership(roll, {}, true)
      seen.kills += story.kills
      seen.suspensions += story.suspensions
      seen.takenFromTheLiving += story.takenFromTheLiving
      seen.lostLeases += story.lostLeases
      seen.cuts += story.cuts
    })
    console.log(`${tried} histories from seed ${seed}`, seen)
    if (tried > 50) for (const many of Object.values(seen)) expect(many).toBeGreaterThan(0)
  },
)

test.each<[string, Sabotage, RegExp]>([
  ["lands without asking for the fence", { landsUnfenced: true }, /was landed by a process that does not own it|instead of each/],
  ["changes a record without asking for the fence", { changesUnfenced: true }, /was changed by a process that does not own it/],
  ["does not stop when nobody hears it", { neverStops: true }, /still worked when/],
  ["believes clocks instead of its eyes", { believesClocks: true }, /too early|still worked when/],
])("the watch catches a process behind a remote that %s", { timeout: 180_000 }, (_, sabotage, said) => {
  const caught = () => {
    for (let one = 0; one < 1_000; one++) playOwnership(dice(one), sabotage, true)
  }
  expect(caught).toThrow(said)
})

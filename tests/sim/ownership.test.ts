import { expect, test } from "vitest"
import { budgetMs, dice, manySeeds, seed } from "../support/dice.ts"
import { playOwnership } from "./ownership.ts"
import type { Sabotage } from "./ownership.ts"

test(
  "whatever dies, sleeps or mishears: one owner, no zombie's word counts, every task lands once",
  { timeout: budgetMs + 30_000 },
  async () => {
    const seen = { kills: 0, suspensions: 0, takenFromTheLiving: 0, lostLeases: 0 }
    const tried = await manySeeds((roll) => {
      const story = playOwnership(roll)
      seen.kills += story.kills
      seen.suspensions += story.suspensions
      seen.takenFromTheLiving += story.takenFromTheLiving
      seen.lostLeases += story.lostLeases
    })
    console.log(`${tried} histories from seed ${seed}`, seen)
    // a simulation in which nothing goes wrong proves nothing
    if (tried > 50) for (const many of Object.values(seen)) expect(many).toBeGreaterThan(0)
  },
)

test.each<[string, Sabotage, RegExp]>([
  ["lands without asking for the fence", { landsUnfenced: true }, /was landed by a process that does not own it|instead of each/],
  ["changes a record without asking for the fence", { changesUnfenced: true }, /was changed by a process that does not own it/],
  ["clears up without asking whose the task is", { cleansUnasked: true }, /were taken away while it owned the task/],
])("the watch catches a process that %s", (_, sabotage, said) => {
  const caught = () => {
    for (let one = 0; one < 500; one++) playOwnership(dice(one), sabotage)
  }
  expect(caught).toThrow(said)
})

import { onTestFailed } from "vitest"
import { dice } from "../../scripts/storm/dice.ts"

export { dice } from "../../scripts/storm/dice.ts"

const tier = process.env["OSIER_TIER"] ?? "check"

/** What random tests start from; the same seed makes the same choices again. */
export const seed = Number(process.env["OSIER_SEED"] ?? Date.now() % 1_000_000_000)

/** How long one random test may go on looking, by tier: a glance, some seconds, ten minutes. */
export const budgetMs = { check: 1_000, test: 12_000 }[tier] ?? Number(process.env["OSIER_BUDGET_SECONDS"] ?? 600) * 1_000

/** Tries seed after seed until the budget is spent, at least one; a failure names the seed to repeat it with. */
export const manySeeds = async (
  tryOne: (roll: () => number, seed: number) => Promise<void> | void,
  budget: number = budgetMs,
): Promise<number> => {
  const until = performance.now() + budget
  let at = seed
  onTestFailed(() => console.error(`repeat it with OSIER_SEED=${at}`))
  await tryOne(dice(at), at)
  for (at += 1; performance.now() < until; at += 1) await tryOne(dice(at), at)
  return at - seed
}

import * as Effect from "effect/Effect"
import { releaseLock, takeLock } from "../../core/steps/lock/lock.ts"
import { ground } from "./ground.ts"
import type { Bench } from "./row.ts"
import { inTurns, timed } from "./timed.ts"

/** 5: a lock taken and released, against a ref made and removed by two processes. */
export const locks: Bench = {
  numbers: ["5"],
  rows: async ({ full }) => {
    await using place = await ground(10)
    const { git, run, base } = place
    const ref = (n: number) => `refs/plain/locks/${n}`
    await run(Effect.flatMap(takeLock("task", "warm-up"), releaseLock))
    const samples = await inTurns(
      full ? 300 : 60,
      (n) => timed(() => run(Effect.flatMap(takeLock("task", String(n)), releaseLock))),
      (n) =>
        timed(async () => {
          await git("update-ref", ref(n), base, "0".repeat(40))
          await git("update-ref", "-d", ref(n), base)
        }),
    )
    const measure = "local lock taken and released"
    return [{ number: "5", measure, unit: "ms", ...samples, target: "≥ 8", goal: { type: "ratio", least: 8 } }]
  },
}

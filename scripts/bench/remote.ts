import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { resolveSettings } from "../../core/domain/settings/settingsFile.ts"
import { worldAt } from "../../core/live.ts"
import { sharing } from "../../core/world/remote/sharing.ts"
import { takeLock } from "../../core/steps/lock/lock.ts"
import { ground } from "./ground.ts"
import type { Bench } from "./row.ts"
import { inTurns, timed } from "./timed.ts"

const many = 50

const claimMany = (round: number) =>
  Effect.forEach(
    Array.from({ length: many }, (_, at) => `many-${round}-${at}`),
    (name) => takeLock("task", name),
    { concurrency: "unbounded" },
  )

/** 6: a task claimed on a remote by path, and fifty at once, against one bare push of one ref. */
export const remote: Bench = {
  numbers: ["6"],
  rows: async ({ full }) => {
    await using place = await ground(10)
    const { folder, path, git } = place
    const bare = join(folder, "remote.git")
    await git("init", "-q", "--bare", bare)
    await git("push", "-q", bare, "main")
    await git("remote", "add", "origin", bare)
    const { settings } = resolveSettings({ fileText: "remote: origin\n", path: "osier.yaml", env: {}, flags: {} })
    const runtime = ManagedRuntime.make(sharing(settings).pipe(Layer.provideMerge(worldAt(path))))
    // A claim has to be an object of its own, or two who push the same would both believe to have won.
    const push = async (n: string) => {
      writeFileSync(join(folder, "claim"), `${n}\n`)
      const claim = await git("hash-object", "-w", join(folder, "claim"))
      return timed(() => git("push", "-q", "origin", `${claim}:refs/plain/${n}`))
    }
    const rounds = full ? 40 : 12
    await runtime.runPromise(takeLock("task", "warm-up"))
    const one = await inTurns(
      rounds,
      (n) => timed(() => runtime.runPromise(takeLock("task", `bench-${n}`))),
      (n) => push(`one-${n}`),
    )
    const fifty = await inTurns(
      rounds,
      (n) => timed(() => runtime.runPromise(claimMany(n))),
      (n) => push(`fifty-${n}`),
    )
    await runtime.dispose()
    return [
      { number: "6", measure: "remote claim of a task", unit: "ms", ...one, target: "≥ 0.9", goal: { type: "ratio", least: 0.9 } },
      {
        number: "6",
        measure: `remote claim of ${many} tasks at once`,
        unit: "ms",
        ...fifty,
        target: "≥ 0.4",
        goal: { type: "ratio", least: 0.4 },
      },
    ]
  },
}

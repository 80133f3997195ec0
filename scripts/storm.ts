/**
 * The storm: many processes that want the same at the same moment, against remotes on this machine alone. It prints who won,
 * what failed and how long it took, beside one branch for all locks, and exits with 1 when a promise is broken.
 * `npm run storm -- [--full] [--json]`, or `npm run storm -- --graph [--seed <n>] [--away]` for three clones of which one is killed.
 */
import { parseArgs } from "node:util"
import { battle, transports } from "./storm/battle.ts"
import type { Series } from "./storm/battle.ts"
import { broken, middle, table } from "./storm/figures.ts"
import type { Figures } from "./storm/figures.ts"
import { graph, mayBeAway } from "./storm/graph.ts"

const { values } = parseArgs({
  options: {
    full: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    graph: { type: "boolean", default: false },
    away: { type: "boolean", default: false },
    seed: { type: "string" },
    tasks: { type: "string", default: "30" },
  },
})

const tasks = Number(values.tasks)
const seed = values.seed === undefined ? Date.now() % 1_000_000_000 : Number(values.seed)
if (!Number.isInteger(tasks) || tasks < 3 || tasks > 200 || !Number.isInteger(seed)) {
  console.error("--tasks takes 3 to 200, --seed a whole number.")
  process.exit(2)
}
// What a storm started ends with it, and its folder goes.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130))

/** What one alone needs is what all others are measured by. */
const roundsOf = (contenders: number, full: boolean): number => (contenders === 1 ? 5 : contenders === 32 ? 1 : full ? 5 : 2)

const series = (full: boolean): readonly Series[] =>
  (["own", "shared"] as const).flatMap((clones) =>
    transports.flatMap((transport) => {
      const sizes = full ? [1, 2, 4, 8, 16, 32] : transport === "path" ? [1, 8, 32] : [1, 8]
      const games = sizes.flatMap((contenders) =>
        (["same task", "different tasks", "ids"] as const)
          // Each number that is given makes all who wait look again: many contenders take long, and show nothing more.
          .filter((game) => full || game !== "ids" || contenders <= 8)
          .map((game): Series => ({
            game,
            clones,
            transport,
            contenders,
            rounds: roundsOf(contenders, full),
          })),
      )
      const baseline = { game: "one branch, different tasks", clones, transport, contenders: 16, rounds: 1 } as const
      return transport === "path" && clones === "own" ? [...games, baseline] : games
    }),
  )

const stormy = async () => {
  const rows = await battle(series(values.full), ({ game, clones, transport, contenders, ms }) =>
    console.error(`${game}, ${contenders} in ${clones} clones over ${transport}: ${(ms / 1000).toFixed(1)} s`),
  )
  const alone = (row: Figures) => {
    const found = rows.find(
      (one) => one.contenders === 1 && one.game === row.game && one.clones === row.clones && one.transport === row.transport,
    )
    return found === undefined || row.contenders === 1 ? undefined : middle(found)
  }
  const faults = rows.flatMap(broken)
  console.log(values.json ? JSON.stringify({ rows, broken: faults }, undefined, 2) : table(rows, alone))
  return faults
}

const killed = async () => {
  console.error(`seed ${seed} (--seed repeats it)`)
  const away = values.away && mayBeAway()
  if (values.away && !away) console.error("SKIPPED another host name for the killed one: unshare is not allowed here")
  const seen = await graph({ seed, tasks, away })
  if (values.json) console.log(JSON.stringify(seen, undefined, 2))
  else {
    console.log(`${tasks} tasks in ${(seen.ms / 1000).toFixed(1)} s; ${seen.killed}`)
    for (const [name, count] of seen.landings) console.log(`  ${name} landed ${count}`)
    for (const [what, ms] of seen.takenOver)
      console.log(`  ${what} of the killed one: ${ms === undefined ? "not taken over" : `taken over after ${(ms / 1000).toFixed(1)} s`}`)
  }
  return seen.broken
}

const faults = await (values.graph ? killed() : stormy())
for (const fault of faults) console.error(`BROKEN: ${fault}`)
process.exitCode = faults.length > 0 ? 1 : 0

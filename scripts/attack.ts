/**
 * The attack: osier is killed at random moments, lied to, and given agents that mean it harm, each time in a throw-away
 * repository. It prints a table of what was lost, landed twice or red, left behind and published, and exits with 1 when a
 * promise is broken. `npm run attack -- [--kills <n>] [--seed <n>] [--only <words>] [--program <path>] [--json]`.
 */
import { join, resolve } from "node:path"
import { parseArgs } from "node:util"
import { assaults } from "./attack/assaults.ts"
import { carriedOut } from "./attack/assault.ts"
import { broken, table } from "./attack/figures.ts"
import type { Figures, Trial } from "./attack/figures.ts"
import { killed, shapes } from "./attack/kills.ts"
import { dice } from "./storm/dice.ts"

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "4" },
    seed: { type: "string" },
    only: { type: "string", default: "" },
    program: { type: "string" },
    json: { type: "boolean", default: false },
  },
})

const kills = Number(values.kills)
const seed = values.seed === undefined ? Date.now() % 1_000_000_000 : Number(values.seed)
if (!Number.isInteger(kills) || kills < 0 || kills > 1000 || !Number.isInteger(seed)) {
  console.error("--kills takes 0 to 1000, --seed a whole number.")
  process.exit(2)
}
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130))

/** A path means a file as seen from here; each attack stands in a repository of its own. */
const programAt = (given: string): string => (given.includes("/") ? resolve(given) : given)
const program =
  values.program === undefined ? [process.execPath, join(import.meta.dirname, "..", "core", "main.ts")] : [programAt(values.program)]
const roll = dice(seed)
const asked = (name: string) => name.includes(values.only)

const measured = async (what: string, trials: readonly (() => Promise<Trial>)[]): Promise<Figures> => {
  const start = performance.now()
  const seen: Trial[] = []
  for (const trial of trials) seen.push(await trial())
  const row = { what, trials: seen, ms: performance.now() - start }
  console.error(`${broken(row).length === 0 ? "ok    " : "BROKEN"} ${what} (${(row.ms / 1000).toFixed(1)} s)`)
  return row
}

console.error(`seed ${seed} (--seed repeats it)`)
const rows: Figures[] = []
for (const shape of shapes.filter(({ name }) => asked(name)))
  rows.push(
    await measured(
      shape.name,
      Array.from({ length: kills }, () => {
        const moment = roll()
        return () => killed(shape, program, moment)
      }),
    ),
  )
for (const assault of assaults.filter(({ name }) => asked(name)))
  rows.push(await measured(assault.name, [() => carriedOut(assault, program)]))

const faults = rows.flatMap(broken)
console.log(values.json ? JSON.stringify({ seed, rows, broken: faults }, undefined, 2) : table(rows))
for (const fault of faults) console.error(`BROKEN: ${fault}`)
process.exitCode = faults.length > 0 ? 1 : 0

/**
 * Suspended: two clones share a run of the compiled program, again and again, and in each tenth round everything of one of them, or of
 * both, is stopped for longer than any lease. Prints how many runs hung and what was lost, landed twice, red or left behind, and
 * exits with 1 on any. `npm run suspend -- [--rounds <n>] [--every <n>] [--beside <n>] [--seed <n>] [--program <path>] [--json]`.
 */
import { existsSync } from "node:fs"
import { join, resolve } from "node:path"
import { parseArgs } from "node:util"
import { leaseOverMs } from "./storm/leaseOver.ts"
import { broken, table } from "./attack/figures.ts"
import { dice } from "./storm/dice.ts"
import { lanes } from "./suspend/lanes.ts"
import { round } from "./suspend/round.ts"
import type { Rounded, Sleep } from "./suspend/round.ts"

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "200" },
    every: { type: "string", default: "10" },
    beside: { type: "string", default: "2" },
    seed: { type: "string" },
    program: { type: "string", default: join(import.meta.dirname, "..", "dist", process.platform === "win32" ? "osier.exe" : "osier") },
    json: { type: "boolean", default: false },
  },
})

const [rounds, every, beside] = [Number(values.rounds), Number(values.every), Number(values.beside)]
const seed = values.seed === undefined ? Date.now() % 1_000_000_000 : Number(values.seed)
if (![rounds, every, beside].every((one) => Number.isInteger(one) && one > 0 && one <= 10_000) || !Number.isInteger(seed)) {
  console.error("--rounds, --every and --beside take 1 to 10000, --seed a whole number.")
  process.exit(2)
}
const program = resolve(values.program)
if (!existsSync(program)) {
  console.error(`There is no ${program}; type npm run build.`)
  process.exit(2)
}
if (!existsSync("/proc/self/stat")) {
  console.error("SKIPPED: the processes of a run are found in /proc, which this system does not have")
  process.exit(0)
}
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130))

/** Both runs end within this; most do within a twentieth of it. */
const boundMs = 120_000
const roll = dice(seed)

/** At any moment of a run, and for longer than any lease: at times just about as long as it takes until another may have it. */
const sleepOf = (index: number): Sleep => ({
  who: index % 3 === 2 ? "both" : "one",
  afterMs: 300 + roll() * 6_000,
  forMs: leaseOverMs + 2_000 + roll() * 20_000,
  first: roll() < 0.5 ? "root" : "children",
})

const kindOf = (sleep: Sleep | undefined) => (sleep === undefined ? "shared run" : `shared run, ${sleep.who} suspended`)

console.error(`seed ${seed} (--seed repeats it)`)
const start = performance.now()
const plans = Array.from({ length: rounds }, (_, at) => (at % every === every - 1 ? sleepOf(Math.floor(at / every)) : undefined))
const lane = lanes(beside)
const seen = await Promise.all(
  plans.map((sleep, at) =>
    lane.work(async (resting): Promise<readonly [string, Rounded]> => {
      const one = await round({ program: [program], sleep, boundMs, resting })
      const faults = broken({ what: kindOf(sleep), trials: [one], ms: one.ms })
      if (sleep !== undefined || faults.length > 0)
        console.error(
          `${faults.length === 0 ? "ok    " : "BROKEN"} round ${at + 1}: ${kindOf(sleep)}, ${one.stopped} processes stopped (${(one.ms / 1000).toFixed(1)} s)`,
        )
      for (const fault of faults) console.error(`BROKEN round ${at + 1}: ${fault}`)
      return [kindOf(sleep), one]
    }),
  ),
)
const rows = [...new Set(seen.map(([what]) => what))].map((what) => {
  const trials = seen.flatMap(([kind, one]) => (kind === what ? [one] : []))
  return { what, trials, ms: trials.reduce((sum, { ms }) => sum + ms, 0) }
})
const faults = rows.flatMap(broken)
const hangs = seen.filter(([, { hung }]) => hung).length
const seconds = ((performance.now() - start) / 1000).toFixed(1)
console.log(
  values.json
    ? JSON.stringify({ seed, rounds, hangs, rows, broken: faults }, undefined, 2)
    : `${table(rows)}\n${rounds} rounds in ${seconds} s, ${hangs} hangs, ${faults.length} faults`,
)
process.exitCode = faults.length > 0 ? 1 : 0

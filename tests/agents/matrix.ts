/**
 * The matrix: the real agent programs, each in every way in which it can end, under `osier run` against a scripted model on
 * loopback. Installs pinned versions from npm into `.cache/agents`, prints a table, and exits with 1 when a cell is wrong.
 * `npm run test:agents -- [--only <words>] [--agent <name>] [--jobs <n>] [--story]`.
 */
import { spawnSync } from "node:child_process"
import { parseArgs } from "node:util"
import { agents } from "./matrix/agent.ts"
import { cases } from "./matrix/cases/cases.ts"
import { tried } from "./matrix/cell.ts"
import type { Cell } from "./matrix/cell.ts"
import { programs } from "./matrix/programs.ts"
import { table } from "./matrix/table.ts"

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    agent: { type: "string", default: "" },
    jobs: { type: "string", default: "2" },
    story: { type: "boolean", default: false },
    walled: { type: "boolean", default: false },
  },
})

/** A network of its own in which there is nothing but loopback, where the system lets us. */
const wall = ["unshare", "-r", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"] as const

const walledIn = (): number | undefined => {
  const [program, ...words] = wall
  if (spawnSync(program, [...words, "true"]).status !== 0) return undefined
  const again = [process.execPath, import.meta.filename, "--walled", ...process.argv.slice(2)]
  return spawnSync(program, [...words, ...again], { stdio: "inherit" }).status ?? 1
}

const all = async (bin: string): Promise<readonly Cell[]> => {
  const wanted = cases
    .filter(({ name }) => name.includes(values.only))
    .flatMap((one) =>
      agents.filter(({ name }) => name.includes(values.agent) && one.of?.includes(name) !== false).map((agent) => ({ one, agent })),
    )
  const cells: Cell[] = []
  const left = wanted.values()
  const work = async () => {
    for (const { one, agent } of left) {
      const cell = await tried(one, agent, bin, (story) => {
        if (values.story) console.error(story)
      })
      console.error(`${cell.wrong.length === 0 ? "ok    " : "WRONG "} ${cell.name}, ${cell.agent} (${(cell.ms / 1000).toFixed(1)} s)`)
      for (const fault of cell.wrong) console.error(`         ${fault}`)
      cells.push(cell)
    }
  }
  await Promise.all(Array.from({ length: Number(values.jobs) }, work))
  return wanted.flatMap(({ one, agent }) => cells.filter((cell) => cell.name === one.name && cell.agent === agent.name))
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130))
const bin = programs()
const walled = values.walled ? undefined : walledIn()
if (walled !== undefined) process.exit(walled)
if (!values.walled) console.error("no network of its own here: the programs have that of this machine")
const cells = await all(bin)
console.log(table(cells))
for (const { name, agent, wrong } of cells) for (const fault of wrong) console.log(`✗ ${name}, ${agent}: ${fault}`)
process.exitCode = cells.length === 0 || cells.some(({ wrong }) => wrong.length > 0) ? 1 : 0

import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { open } from "../../core/osier.ts"
import { ground, shell, type Ground } from "./ground.ts"
import type { Bench, Row } from "./row.ts"
import { inTurns, sideBySide, timed } from "./timed.ts"

const script = join(import.meta.dirname, "plainJourney.sh")
const settings = (agent: string) => `agents:
  worker: { adapter: shell, command: ["sh", "-c", "${agent}"] }
agent: worker
gates:
  test: { run: ["true"] }
limits: { retries: 0 }
`

/** Lets the engine work on so many new tasks, and answers with the milliseconds from first claim to last clean-up. */
const ours = async ({ path }: Ground, names: readonly string[], concurrency: number, faults: string[]): Promise<number> => {
  await using osier = await open(path)
  const added = await osier.addTasks(names, { again: "new" })
  return await timed(async () => {
    const report = await osier.run(
      added.map((task) => task.id),
      { settings: { concurrency: String(concurrency) } },
    )
    if (report.landed.length !== names.length)
      faults.push(`landed ${report.landed.length} of ${names.length}: ${report.failed.map((task) => task.reason).join("; ")}`)
  })
}

/** 11: whole journeys of tasks that do next to nothing. */
const sustained = async (files: number, count: number, rounds: number): Promise<Row> => {
  const concurrency = 3
  const yaml = { "osier.yaml": settings("echo $OSIER_TASK > note-$OSIER_TASK.txt") }
  await using left = await ground(files, { with: yaml })
  await using right = await ground(files, { with: yaml })
  const work = join(right.folder, "plain")
  mkdirSync(work)
  await right.git("worktree", "add", "-q", "--detach", join(work, "target"), "main")
  const faults: string[] = []
  let plainFaults = 0
  const samples = await inTurns(
    rounds,
    async (round) =>
      (await ours(
        left,
        Array.from({ length: count }, (_, n) => `task ${round} ${n}`),
        concurrency,
        faults,
      )) / count,
    async (round) => {
      const ms = await timed(async () => {
        const wrong = await sideBySide(count, concurrency, (n) => shell(right.path, "sh", script, right.path, work, `${round}-${n}`))
        plainFaults += wrong.length
      })
      return ms / count
    },
  )
  return {
    number: "11",
    measure: `journey of a no-op task, ${count} tasks, ${concurrency} at once, ${files} files`,
    unit: "ms/task",
    ...samples,
    target: "≥ 5",
    goal: { type: "ratio", least: 5 },
    faults,
    ...(plainFaults === 0 ? {} : { note: `plain git: ${plainFaults} of ${count * rounds} failed` }),
  }
}

/** 16: as many tasks as slots, against one task alone. */
const together = async (count: number, seconds: number, rounds: number): Promise<Row> => {
  await using place = await ground(100, { with: { "osier.yaml": settings(`sleep ${seconds}; echo 1 > note-$OSIER_TASK.txt`) } })
  const faults: string[] = []
  const samples = await inTurns(
    rounds,
    (round) =>
      ours(
        place,
        Array.from({ length: count }, (_, n) => `task ${round} ${n}`),
        count,
        faults,
      ),
    (round) => ours(place, [`alone ${round}`], count, faults),
  )
  return {
    number: "16",
    measure: `${count} tasks of ${seconds} s in ${count} slots, against one alone`,
    unit: "ms",
    ...samples,
    target: "≤ 1.1 ×",
    goal: { type: "ratio", least: 1 / 1.1 },
    faults,
  }
}

/** 11 and 16: whole runs. */
export const journeys: Bench = {
  numbers: ["11", "16"],
  rows: async ({ files, full }, wanted) => [
    ...(wanted("11") ? [await sustained(files, full ? 200 : 8, full ? 1 : 2)] : []),
    ...(wanted("16") ? [await together(4, full ? 30 : 6, 1)] : []),
  ],
}

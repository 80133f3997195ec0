import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import type { Event } from "../../core/domain/event/event.ts"
import { eventsIn, osier, startOsier } from "../support/program.ts"
import { makeFolder, makeRepo, type Repo } from "../support/repo.ts"
import { osierBuilt } from "../support/runtimes.ts"
import { deeply } from "../support/deeply.ts"

const project = (plan: string, agent = "true", more = ""): Repo => {
  const repo = makeRepo({
    "README.md": "# a\n",
    "agent.sh": `${agent}\necho 1 > "$OSIER_SLUG.txt"\n`,
    "osier.yaml": `agents:
  a: { adapter: shell, command: ["sh", "agent.sh"] }
  bad: { adapter: shell, command: ["sh", "-c", "exit 1"] }
agent: a
gates: { test: { run: ["sh", "-c", "true"] } }
limits: { retries: 0 }
${more}`,
  })
  repo.write("plan.yaml", plan)
  return repo
}

const events = (repo: Repo): readonly Event[] => eventsIn(join(repo.path, ".git"))

/** Titles in the order in which their attempts began. */
const begun = (repo: Repo): readonly string[] => {
  const told = events(repo)
  const titles = new Map(told.flatMap((event) => (event.type === "TaskAdded" ? [[event.task, event.title] as const] : [])))
  return told.flatMap((event) => (event.type === "AttemptStarted" ? [titles.get(event.task) ?? ""] : []))
}

/** Where in the story something happened to a task. */
const place = (repo: Repo, type: Event["type"], task: number): number =>
  events(repo).findIndex(
    (event) => event.type === type && (("task" in event && event.task === task) || ("tasks" in event && event.tasks.includes(task))),
  )

test(
  "one at a time: priority first, then the longest chain behind it, then age; a need is as urgent as what waits for it",
  {
    timeout: 120_000,
  },
  async () => {
    const repo = project(
      `tasks:
  old: {}
  low: { priority: low }
  chain: {}
  chain2: { needs: [chain] }
  chain3: { needs: [chain2] }
  high: { priority: high }
  base: {}
  urgent: { priority: urgent, needs: [base] }
`
        .replace(/^ {2}(\w+): \{/gm, "  $1: { title: $1, ")
        .replaceAll(", }", " }"),
    )
    const { code, out } = await osier(repo.path, "run", "-j1", "--from", "plan.yaml")
    expect(code, out).toBe(0)
    expect(begun(repo)).toEqual(["base", "urgent", "high", "chain", "chain2", "old", "chain3", "low"])
  },
)

deeply(
  "a dependent begins from a target that contains its needs, as soon as they are merged, without waiting for others",
  {
    timeout: 120_000,
  },
  async () => {
    const go = join(makeFolder(), "go")
    const repo = project(
      `tasks:
  - { id: one, title: one }
  - { id: held, title: held }
  - { id: two, title: two, needs: [one] }
  - { id: both, title: both, needs: [two, held] }
  - { id: bad, title: bad, agent: bad }
  - { id: lost, title: lost, needs: [bad] }
  - { id: loster, title: loster, needs: [lost] }
`,
      `case $OSIER_SLUG in
  held) while [ ! -e ${go} ]; do sleep 0.05; done ;;
  two) test -e one.txt || exit 9 ;;
  both) test -e two.txt && test -e held.txt || exit 9 ;;
esac`,
    )
    const run = startOsier(osierBuilt(), repo.path, ["run", "--from", "plan.yaml"])
    // "two" lands while "held", of the same generation as "one", is still at work
    await run.said(/#3 merged/)
    expect(place(repo, "AgentEnded", 2)).toBe(-1)
    writeFileSync(go, "")
    const { code, out } = await run.ended
    expect(code, out).toBe(1)
    expect(out).toContain("4 of 7 tasks landed, 1 failed, 2 blocked")
    expect(out).toMatch(/– #6 +lost\n +.*5.*failed/)
    expect(out).toMatch(/– #7 +loster\n +.*(5|6)/)
    expect(repo.git("ls-files", "*.txt").split("\n")).toEqual(["both.txt", "held.txt", "one.txt", "two.txt"])
    const json = JSON.parse((await osier(repo.path, "ls", "--json")).out)
    expect(json.tasks.map(({ id, status }: { readonly id: number; readonly status: string }) => [id, status])).toEqual([
      [5, "failed"],
      [6, "pending"],
      [7, "pending"],
    ])
  },
)

deeply(
  "overlapping scopes take turns, said so; others run beside them; --allow-overlap lets them run together",
  { timeout: 120_000 },
  async () => {
    const plan = `tasks:
  - { title: first, scope: ["src/**"] }
  - { title: second, scope: ["src/deep/*.ts"] }
  - { title: other, scope: ["docs/**"] }
`
    const turns = project(plan, "sleep 0.5")
    const ran = await osier(turns.path, "run", "--from", "plan.yaml")
    expect(ran.code, ran.out).toBe(0)
    expect(place(turns, "AttemptStarted", 2)).toBeGreaterThan(place(turns, "Landed", 1))
    expect(events(turns).find((event) => event.type === "TaskWaited" && event.task === 2)).toMatchObject({
      reason: expect.stringContaining("1"),
    })
    expect(place(turns, "AttemptStarted", 3)).toBeLessThan(place(turns, "AgentEnded", 1))

    const meeting = makeFolder()
    // each waits for the other: they can only end if they run together
    const together = project(
      plan,
      `touch ${meeting}/$OSIER_SLUG; while [ ! -e ${meeting}/first ] || [ ! -e ${meeting}/second ]; do sleep 0.05; done`,
    )
    const both = await osier(together.path, "run", "--from", "plan.yaml", "--allow-overlap")
    expect(both.code, both.out).toBe(0)
  },
)

deeply("-j says how many work at once, and as many do", { timeout: 120_000 }, async () => {
  const meeting = makeFolder()
  const agent = `mkdir ${meeting}/$OSIER_TASK; ls ${meeting} | wc -l >> ${meeting}.most
while [ $(ls ${meeting} | wc -l) -lt 2 ] && [ ! -e ${meeting}.met ]; do sleep 0.05; done
touch ${meeting}.met; sleep 0.3; rmdir ${meeting}/$OSIER_TASK`
  const repo = project("tasks: [a, b, c, d, e]\n", agent)
  const { code, out } = await osier(repo.path, "run", "-j", "2", "--from", "plan.yaml")
  expect(code, out).toBe(0)
  const counts = readFileSync(`${meeting}.most`, "utf8").trim().split("\n").map(Number)
  for (const left of [".most", ".met"]) rmSync(`${meeting}${left}`)
  expect(Math.max(...counts)).toBe(2)
})

import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { parseArguments } from "../../../core/domain/plan/plan.ts"
import { acceptProposal } from "../../../core/engine/planning/acceptProposal.ts"
import { addTasks } from "../../../core/engine/tasks/addTasks.ts"
import { explore } from "../../../core/engine/planning/explore.ts"
import { listTasks, readTask } from "../../../core/steps/task/record.ts"
import { makeStage, type Stage } from "../../support/engine.ts"
import { answer, kept, readers } from "../../support/readers.ts"
import { check, trees } from "../../support/scribe.ts"
import { deeply } from "../../support/deeply.ts"

test("an answer stays with the task, which is over without a landing; nothing else is left", async () => {
  const stage = makeStage(readers)
  const head = stage.repo.git("rev-parse", "HEAD")
  const { id, result, task, report } = await answer(stage, "What is this?")
  expect(result).toMatchObject({ _tag: "Success", success: { id, report: "looked at\n# a", tasks: [], undone: { what: [] } } })
  expect(task).toMatchObject({
    kind: "explore",
    status: "merged",
    reason: "nothing to land",
    attempts: [{ n: 1, agent: "reader", outcome: "ok", ms: expect.any(Number) }],
  })
  expect(report).toBe("looked at\n# a")
  expect(
    stage.repo
      .git("log", "--format=%s", `refs/osier/tasks/${id}`)
      .split("\n")
      .map((line) => line.split(":")[0]),
  ).toEqual(["merged", "completed", "running", "pending"])
  expect(stage.repo.git("rev-parse", "HEAD")).toBe(head)
  expect(stage.repo.git("branch", "--format=%(refname:short)")).toBe("main")
  expect([trees(stage.repo.path), kept(stage), stage.repo.git("for-each-ref", "refs/osier/locks")]).toEqual([[], [], ""])
  expect(stage.events().map(({ type }) => type)).not.toContain("ChangesUndone")
})

test("the adapter is told that its agent may only read", async () => {
  const spy = `export default {
  name: "spy",
  detect: async () => ({ found: true }),
  async *run(job) { yield { type: "ended", outcome: { ok: true, reason: "looked", text: JSON.stringify({ readOnly: job.readOnly }) } } },
}
`
  const stage = makeStage(`plugins: ["./spy.mjs"]\nagents: { reader: { adapter: spy } }\nagent: reader\n`, { "spy.mjs": spy })
  expect(await answer(stage, "Am I?")).toMatchObject({ report: '{"readOnly":true}' })
})

const yaml = `agents:
  scribe: { adapter: shell, command: ["sh", "-c", "mkdir -p notes && cat > notes/$OSIER_SLUG.md"] }
  finder: { adapter: shell, command: ["sh", "-c", "printf 'found\\\\n\`\`\`yaml\\\\ntasks:\\\\n  - { id: a, title: Mend it, agent: scribe }\\\\n\`\`\`\\\\n'"] }
  muddler: { adapter: shell, command: ["sh", "-c", "echo found; echo 'tasks: [{ title: A, needs: [zz] }]' > .osier/proposal.yaml"] }
agent: scribe
gates: { test: { run: ["sh", "check.sh"] } }
limits: { retries: 0 }
`
const ask = (stage: Stage, question: string) =>
  stage.act(
    Effect.gen(function* () {
      const { tasks } = parseArguments([question], { agents: ["finder", "muddler"], adapters: [], gates: [] })
      const [added] = yield* addTasks(tasks, { again: "new", kind: "explore" })
      return yield* explore(added?.id ?? 0)
    }),
  )

deeply(
  "five explorations beside five landings: nobody waits, nobody fails, nothing is said to be anybody's trespass",
  { timeout: 180_000 },
  async () => {
    const stage = makeStage(yaml, check)
    const names = Array.from({ length: 5 }, (_, at) => `n${at}`)
    const landing = stage.run(names)
    const answers = Promise.all(names.map((name) => ask(stage, `Q ${name}:finder`)))
    const [report, found] = await Promise.all([landing, answers])
    expect(report).toMatchObject({ failed: [], waiting: [], blocked: [], exit: 0 })
    expect(report.landed).toHaveLength(5)
    expect(found.map(({ tasks }) => tasks.map(({ title }) => title))).toEqual(names.map(() => ["Mend it"]))
    const tasks = await stage.act(listTasks())
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(10)
    expect(tasks.filter(({ status }) => status !== "merged")).toEqual([])
    const kinds = stage.events().map(({ type }) => type)
    for (const bad of ["ChangesUndone", "ChangedOutside", "Warned", "AttemptFailed", "Ejected"] as const) expect(kinds).not.toContain(bad)
    expect(trees(stage.repo.path)).toEqual([])
    expect(stage.repo.git("branch", "--format=%(refname:short)")).toBe("main")
    expect(stage.repo.git("for-each-ref", "refs/osier/locks/task", "refs/osier/keep")).toBe("")
  },
)

test(
  "tasks that an answer proposes are made once, and land like any; mistakes in them leave the answer as it is",
  { timeout: 120_000 },
  async () => {
    const stage = makeStage(yaml, check)
    const { id } = await ask(stage, "What is wrong?:finder")
    const first = await stage.act(acceptProposal(id, "explore"))
    expect(first.tasks).toMatchObject([{ id: id + 1, title: "Mend it", resumed: false }])
    expect((await stage.act(acceptProposal(id, "explore"))).tasks).toMatchObject([{ id: id + 1, resumed: true }])
    const { task } = await stage.act(readTask(id + 1))
    expect([task.parent, task.kind, task.status]).toEqual([undefined, undefined, "pending"])
    const muddled = await ask(stage, "And here?:muddler")
    expect(muddled).toMatchObject({ report: "found", tasks: [] })
    expect(stage.events().find((event) => event.type === "Warned")).toMatchObject({
      hint: `\`osier explore ${muddled.id} --accept\` tells all of them.`,
    })
    expect(await stage.act(Effect.result(acceptProposal(muddled.id, "explore")))).toMatchObject({
      failure: { _tag: "PlanRefused", line: 1 },
    })
  },
)

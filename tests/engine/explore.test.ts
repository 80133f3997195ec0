import { expect, test } from "vitest"
import { makeStage } from "../support/engine.ts"
import { trees } from "../support/scribe.ts"
import { answer, kept, readers } from "../support/readers.ts"

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

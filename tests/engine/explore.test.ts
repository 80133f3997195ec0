import * as Effect from "effect/Effect"
import { existsSync, readdirSync } from "node:fs"
import { expect, test } from "vitest"
import { parseArguments } from "../../core/domain/plan.ts"
import type { Kind } from "../../core/domain/task.ts"
import { addTasks } from "../../core/engine/addTasks.ts"
import { explore } from "../../core/engine/explore.ts"
import { readTask } from "../../core/steps/record.ts"
import { recordFile } from "../../core/steps/recordFile.ts"
import { makeStage, type Stage } from "../support/engine.ts"

const yaml = `agents:
  reader: { adapter: shell, command: ["sh", "-c", "echo looked at; head -1 README.md"] }
  writer: { adapter: shell, command: ["sh", "-c", "echo evil >> README.md; echo x > new.txt; echo y > cache.bin; git add new.txt; git commit -qm sneaky; mkdir -p deep/er; echo z > deep/er/z.txt; git update-index --assume-unchanged README.md; echo the answer > .osier/report.md"] }
  mute: { adapter: shell, command: ["true"] }
  thief: { adapter: shell, command: ["sh", "-c", "rm -f .osier/report.md; ln -s ../README.md .osier/report.md; echo own words"] }
  stealer: { adapter: shell, command: ["sh", "-c", "git branch -f precious HEAD~0; git tag stolen; echo done"] }
  twice: { adapter: shell, command: ["sh", "-c", "if [ $OSIER_ATTEMPT = 1 ]; then echo dirty > dirty.txt; exit 1; fi; echo two > two.txt; git add .; git commit -qm second; echo answer"] }
agent: reader
limits: { retries: 0 }
`

const kept = (stage: Stage) =>
  stage.repo
    .git("for-each-ref", "--format=%(refname)", "refs/osier/keep")
    .split("\n")
    .filter((ref) => ref !== "")
const ask = (question: string, kind: Kind = "explore") =>
  Effect.gen(function* () {
    const { tasks } = parseArguments([question], {
      agents: ["reader", "writer", "mute", "thief", "stealer", "twice"],
      adapters: [],
      gates: [],
    })
    const [added] = yield* addTasks(tasks, { again: "resume", kind })
    return added?.id ?? 0
  })
const answer = (stage: Stage, question: string) =>
  stage.act(
    Effect.gen(function* () {
      const id = yield* ask(question)
      const result = yield* Effect.result(explore(id))
      return { id, result, task: (yield* readTask(id)).task, report: yield* recordFile(id, "report.md") }
    }),
  )
const trees = (stage: Stage) =>
  existsSync(`${stage.repo.path}.osier`) ? readdirSync(`${stage.repo.path}.osier`).filter((name) => !name.startsWith(".")) : []

test("an answer stays with the task, which is over without a landing; nothing else is left", async () => {
  const stage = makeStage(yaml)
  const head = stage.repo.git("rev-parse", "HEAD")
  const { id, result, task, report } = await answer(stage, "What is this?")
  expect(result).toMatchObject({ _tag: "Success", success: { id, report: "looked at\n# a", tasks: [], undone: { what: [] } } })
  expect(task).toMatchObject({
    kind: "explore",
    status: "merged",
    reason: "nothing to land",
    attempts: [{ n: 1, agent: "reader", outcome: "ok" }],
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
  expect([trees(stage), kept(stage), stage.repo.git("for-each-ref", "refs/osier/locks")]).toEqual([[], [], ""])
  expect(stage.events().map(({ type }) => type)).not.toContain("ChangesUndone")
})

test("what it writes is undone, kept whole and told, whatever it told git; the answer counts all the same", async () => {
  const stage = makeStage(yaml, { ".gitignore": "*.bin\n" })
  const { id, result, report } = await answer(stage, "Why?:writer")
  expect(report).toBe("the answer\n")
  const what = ["README.md", "cache.bin", "deep/er/z.txt", "new.txt"]
  const event = stage.events().find((one) => one.type === "ChangesUndone")
  expect(event).toMatchObject({ task: id, attempt: 1, what: expect.arrayContaining(what) })
  const [keep = ""] = kept(stage)
  expect(event).toMatchObject({ keep })
  expect(result).toMatchObject({ success: { undone: { what: expect.arrayContaining(what), keep } } })
  expect(stage.repo.git("show", `${keep}:README.md`)).toBe("# a\nevil")
  expect(stage.repo.git("show", `${keep}:cache.bin`)).toBe("y")
  expect(stage.repo.git("log", "--format=%s", keep)).toContain("sneaky")
  expect(stage.repo.git("status", "--porcelain")).toBe("")
  expect(stage.repo.git("branch", "--format=%(refname:short)")).toBe("main")
  expect(trees(stage)).toEqual([])
})

test("a silent agent has failed, a link is no report, and moved refs fail it and are moved back", async () => {
  const stage = makeStage(yaml)
  stage.repo.git("branch", "precious")
  const silent = await answer(stage, "Nothing?:mute")
  expect(silent.result).toMatchObject({ _tag: "Failure", failure: { _tag: "LookFailed", exit: 1, reason: "it ended without a report" } })
  expect(silent.task).toMatchObject({ status: "failed", reason: "it ended without a report" })
  expect((await answer(stage, "Link?:thief")).report).toBe("own words")
  const stolen = await answer(stage, "Refs?:stealer")
  expect(stolen.result).toMatchObject({ _tag: "Failure", failure: { class: "outside" } })
  expect(stage.repo.git("tag")).toBe("")
  const again = await stage.act(Effect.result(explore(silent.id, "reader")))
  expect(again).toMatchObject({ _tag: "Success", success: { report: "looked at\n# a" } })
  expect(await stage.act(Effect.result(explore(silent.id)))).toMatchObject({ failure: { _tag: "NotOpen", exit: 2 } })
})

test("each attempt starts from a clean tree, and what each of them wrote is kept", async () => {
  const stage = makeStage(yaml.replace("retries: 0", "retries: 1"))
  const { result } = await answer(stage, "Again?:twice")
  expect(result).toMatchObject({ _tag: "Success", success: { report: "answer" } })
  expect(
    stage.events().flatMap((event) => (event.type === "ChangesUndone" ? [event.what.filter((path) => !path.startsWith("commit "))] : [])),
  ).toEqual([["dirty.txt"], ["two.txt"]])
  const [first = "", second = ""] = kept(stage)
  expect(stage.repo.git("show", `${first}:dirty.txt`)).toBe("dirty")
  expect(stage.repo.git("log", "-2", "--format=%s", second)).toContain("second")
  expect(stage.events().findLast((event) => event.type === "ChangesUndone")).toMatchObject({ attempt: 2, keep: second })
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

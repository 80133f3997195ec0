import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { answerTask } from "../../../core/engine/handwork/answerTask.ts"
import { retryTasks } from "../../../core/engine/run/again.ts"
import { readTask } from "../../../core/steps/task/record.ts"
import { makeStage } from "../../support/engine.ts"

/** Plays claude: each start does what the next line of its script says, in its session, and notes how it was called. */
const player = `
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
const home = process.argv[2]
const script = JSON.parse(readFileSync(join(home, "script.json"), "utf8"))
const log = join(home, "calls.jsonl")
const nth = existsSync(log) ? readFileSync(log, "utf8").trim().split("\\n").length : 0
const resume = process.argv.indexOf("--resume")
const prompt = readFileSync(0, "utf8")
appendFileSync(log, JSON.stringify({ resumed: resume === -1 ? null : process.argv[resume + 1], prompt }) + "\\n")
const step = script[Math.min(nth, script.length - 1)]
const say = (event) => process.stdout.write(JSON.stringify({ session_id: resume === -1 ? "s-" + nth : process.argv[resume + 1], ...event }) + "\\n")
say({ type: "system", subtype: "init" })
if (step.write) writeFileSync(step.write, "work " + nth + "\\n")
if (step.hang) setInterval(() => {}, 1000)
else if (step.kill) process.kill(process.pid, "SIGKILL")
else {
  if (step.error) say({ type: "assistant", error: step.error, message: { model: "<synthetic>", content: [] } })
  const bad = step.error !== undefined
  say({ type: "result", subtype: "success", is_error: bad, result: step.text ?? "done", total_cost_usd: 0.002 * (nth + 1), usage: { input_tokens: 100, output_tokens: 20 }, ...(step.status ? { api_error_status: step.status } : {}) })
  process.exitCode = bad ? 1 : 0
}
`

const playing = (script: readonly object[], more = "") => {
  const stage = makeStage("{}\n")
  const home = join(stage.repo.path, ".git", "player")
  mkdirSync(home)
  writeFileSync(join(home, "player.mjs"), player)
  writeFileSync(join(home, "script.json"), JSON.stringify(script))
  const yaml = `agents: { c: { adapter: claude, command: ["${process.execPath}", "${join(home, "player.mjs")}", "${home}"] } }\nagent: c\n${more}`
  return { yaml, home }
}

/** The stage on which an agent plays that script, and how it was called. */
const stageOf = (script: readonly object[], more = "") => {
  const { yaml, home } = playing(script, more)
  const stage = makeStage(yaml)
  const calls = (): readonly { resumed: string | null; prompt: string }[] =>
    readFileSync(join(home, "calls.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
  return { ...stage, calls, record: () => stage.act(readTask(1)) }
}

test("a retry goes on in the session of the last attempt and is told its failure, though that spent the budget", async () => {
  const { run, act, calls, record } = stageOf([{ text: "I could not do it." }, { write: "a.txt" }], "limits: { retries: 0 }\n")
  const first = await run(["one"], { allowUngated: true })
  expect(first.failed).toMatchObject([{ class: "work", reason: expect.stringContaining("I could not do it.") }])
  expect((await record()).task.attempts).toMatchObject([{ session: "s-0", said: "I could not do it.", spent: { inputTokens: 100 } }])
  await act(retryTasks([1]), { allowUngated: true })
  expect(calls()[1]).toMatchObject({ resumed: "s-0", prompt: expect.stringContaining("I could not do it.") })
  const { task } = await record()
  expect(task.status).toBe("merged")
  expect(task.attempts.map(({ spent }) => spent?.costUsd)).toEqual([0.002, 0.002])
}, 60_000)

test("an idle agent and one that was killed go on in their session; a crash spends no attempt", async () => {
  const { run, calls } = stageOf(
    [{ kill: true }, { hang: true, write: "half.txt" }, { write: "a.txt" }],
    "limits: { retries: 1, idle: 2s }\n",
  )
  const report = await run(["one"], { allowUngated: true })
  expect(report.landed).toHaveLength(1)
  expect(calls().map(({ resumed }) => resumed)).toEqual([null, "s-0", "s-0"])
  expect(calls()[2]?.prompt).toContain("no sign of life")
}, 60_000)

test("what is wrong with the account fails one task, and holds the others with what to type", async () => {
  const script = [{ error: "billing_error", status: 400, text: "Credit balance is too low" }]
  const { run, calls } = stageOf(script, "concurrency: 1\n")
  const report = await run(["one", "two", "three"], { allowUngated: true })
  expect(report.failed).toMatchObject([{ class: "environment", hint: expect.stringContaining("billing") }])
  expect(report.waiting).toHaveLength(2)
  expect(calls()).toHaveLength(1)
}, 60_000)

test("last words that ask, without a change, wait for an answer, with which the session goes on", async () => {
  const { run, act, calls, record } = stageOf([{ text: "Shall I take A or B?" }, { write: "b.txt" }])
  const report = await run(["one"], { allowUngated: true })
  expect(report).toMatchObject({ exit: 5, waiting: [{ reason: "asks: Shall I take A or B?", hint: 'osier answer 1 "…"' }] })
  expect((await run(["one"], { allowUngated: true })).exit).toBe(5)
  expect(calls()).toHaveLength(1)
  await act(answerTask(1, "Take B."), { allowUngated: true })
  expect(calls()[1]).toMatchObject({ resumed: "s-0", prompt: expect.stringContaining("The answer is:\n\nTake B.") })
  expect((await record()).task.status).toBe("merged")
}, 60_000)

import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { type Exit, parseLine, type Reader, splitLines } from "../../core/kit/index.ts"
import type { AdapterEvent, Outcome } from "../../core/plugin.ts"
import { claudeReader } from "../../plugins/claude/claudeReader.ts"
import { codexReader } from "../../plugins/codex/codexReader.ts"
import { piReader } from "../../plugins/pi/piReader.ts"
import { transcripts } from "./transcripts.ts"

const folder = join(import.meta.dirname, "transcripts")
const readers: Readonly<Record<string, () => Reader>> = {
  claude: claudeReader,
  codex: codexReader,
  pi: piReader,
}

interface Run {
  readonly n: number
  readonly exit: { readonly code: number | null; readonly signal: string | null }
  readonly signalled: boolean
  readonly stderr: string
}
interface Meta {
  readonly agent: string
  readonly runs: readonly Run[]
}

const metaOf = (file: string): Meta => JSON.parse(readFileSync(join(folder, file), "utf8"))

/** Every recorded run: `claude-resume` and, for the second program of the same case, `claude-resume-2`. */
const recorded = readdirSync(folder)
  .filter((file) => file.endsWith(".meta.json"))
  .toSorted()
  .flatMap((file) => {
    const { agent, runs } = metaOf(file)
    const base = file.slice(0, -".meta.json".length)
    return runs.map((run) => ({ agent, run, name: run.n === 1 ? base : `${base}-${run.n}` }))
  })

const bytesOf = (name: string): Buffer => {
  const file = `${name}.jsonl`
  // a program that printed nothing has no stream
  return readdirSync(folder).includes(file) ? readFileSync(join(folder, file)) : Buffer.alloc(0)
}

/** In pieces of odd sizes, as a pipe delivers them. */
async function* piped(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let from = 0, size = 1; from < bytes.length; from += size, size = (size * 7 + 3) % 4093) yield bytes.subarray(from, from + size)
}

const replay = async (name: string): Promise<{ readonly events: readonly AdapterEvent[]; readonly outcome: Outcome }> => {
  const found = recorded.find((one) => one.name === name)
  const reader = readers[found?.agent ?? ""]?.()
  if (found === undefined || reader === undefined) throw new Error(`no transcript ${name}`)
  const events: AdapterEvent[] = []
  for await (const line of splitLines(piped(bytesOf(name)), 1e6)) {
    const event = parseLine(line)
    if (event !== undefined) events.push(...reader.read(event))
  }
  // SIGKILL in a recording stands for a crash: an adapter never begins with it
  const stopped = found.run.signalled && !name.includes("sigkill")
  const exit: Exit = { ...found.run.exit, stderr: found.run.stderr, stopped }
  return { events, outcome: reader.end(exit, Date.UTC(2026, 10, 20)) }
}

test("every transcript has a row, and every row a transcript", () => {
  expect(Object.keys(transcripts).toSorted()).toEqual(recorded.map((one) => one.name).toSorted())
  expect(recorded.length).toBeGreaterThan(100)
})

test.each(Object.entries(transcripts))("%s", async (name, [verdict, words]) => {
  const { outcome } = await replay(name)
  expect({ verdict: outcome.ok ? "ok" : outcome.class, reason: outcome.reason }, outcome.reason).toEqual({
    verdict,
    reason: expect.stringContaining(words),
  })
})

test("exit 0 alone is never success: without its stream every good recording is an environment failure", () => {
  for (const [agent, makeReader] of Object.entries(readers)) {
    const outcome = makeReader().end({ code: 0, signal: null, stderr: "", stopped: false }, 0)
    expect([agent, outcome.ok, outcome.class]).toEqual([agent, false, "environment"])
  }
})

test("a good stream alone is never success: with another exit code every good recording fails", async () => {
  for (const agent of Object.keys(readers)) {
    const reader = readers[agent]?.()
    for (const line of bytesOf(`${agent}-success`).toString("utf8").split("\n")) reader?.read(parseLine(line))
    const outcome = reader?.end({ code: 1, signal: null, stderr: "", stopped: false }, 0)
    expect([agent, outcome?.ok, outcome?.class]).toEqual([agent, false, "crash"])
  }
})

test("a good stream cut before its last event is no success", async () => {
  for (const agent of Object.keys(readers)) {
    const lines = bytesOf(`${agent}-success`).toString("utf8").trimEnd().split("\n")
    const reader = readers[agent]?.()
    for (const line of lines.slice(0, -1)) reader?.read(parseLine(line))
    expect([agent, reader?.end({ code: 0, signal: null, stderr: "", stopped: false }, 0).ok]).toEqual([agent, false])
  }
})

test("a task's tools, words and costs are told", async () => {
  const tell = async (name: string) => (await replay(name)).events.filter((event) => event.type !== "spent")
  const commit = "git add -A && git commit -q -m 'stub: add hello' && git log --oneline | head -1"
  expect(await tell("claude-success")).toEqual([
    { type: "started", session: "3c21a924-765e-4fd8-badf-85fd3142b86b", version: "2.1.329" },
    { type: "used", tool: "Write", detail: "hello.txt", paths: ["hello.txt"] },
    { type: "used", tool: "Bash", detail: commit },
    { type: "said", text: "done" },
  ])
  expect(await tell("codex-success")).toEqual([
    { type: "started", session: "01a1f8a4-194a-7160-9bfa-14693a6a2204" },
    { type: "used", tool: "edit", detail: "/lab/wt/hello.txt", paths: ["/lab/wt/hello.txt"] },
    { type: "used", tool: "shell", detail: `/usr/bin/bash -lc "${commit}"` },
    { type: "said", text: "done" },
  ])
  const [started, write, bash, said] = await tell("pi-success")
  expect([started?.type, said]).toEqual(["started", { type: "said", text: "done" }])
  expect(write).toEqual({ type: "used", tool: "write", detail: "hello.txt", paths: ["hello.txt"] })
  expect(bash).toEqual({ type: "used", tool: "bash", detail: commit })
})

test("every agent's usage adds up to the same three turns", async () => {
  for (const agent of Object.keys(readers)) {
    const { events } = await replay(`${agent}-success`)
    const spent = events.filter((event) => event.type === "spent")
    const sum = (key: "inputTokens" | "outputTokens") => spent.reduce((total, event) => total + (event[key] ?? 0), 0)
    expect([agent, sum("inputTokens"), sum("outputTokens")]).toEqual([agent, 300, 60])
  }
})

test("a resumed session keeps its id, a lost one is forgotten", async () => {
  for (const agent of Object.keys(readers)) {
    const [first, second] = [await replay(`${agent}-resume`), await replay(`${agent}-resume-2`)]
    expect(second.outcome.session).toBe(first.outcome.session)
    expect(first.outcome.session).toMatch(/^[0-9a-f-]{36}$/)
    expect((await replay(`${agent}-bad-resume`)).outcome.session).toBeNull()
  }
})

test("retries and refused permissions are told while they happen", async () => {
  const kinds = async (name: string, type: AdapterEvent["type"]) => (await replay(name)).events.filter((event) => event.type === type)
  expect(await kinds("claude-retries1", "retrying")).toEqual([{ type: "retrying", reason: "server_error 500", attempt: 1, delayMs: 552 }])
  expect(await kinds("codex-err401", "retrying")).toHaveLength(5)
  expect(await kinds("pi-flaky500", "retrying")).toHaveLength(2)
  expect(await kinds("claude-perm-default", "asked")).toHaveLength(2)
  const failed = async (name: string) => (await kinds(name, "used")).filter((event) => event.type === "used" && event.ok === false).length
  expect([await failed("claude-toolfail"), await failed("codex-toolfail"), await failed("pi-toolfail")]).toEqual([2, 2, 2])
})

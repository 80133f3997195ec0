import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Adapter, AdapterEvent, Job } from "../../core/plugin.ts"
import { claude } from "../../plugins/claude/claude.ts"
import { claudeArguments } from "../../plugins/claude/claudeArguments.ts"
import { codex } from "../../plugins/codex/codex.ts"
import { codexArguments } from "../../plugins/codex/codexArguments.ts"
import { adapters } from "../../plugins/index.ts"
import { pi } from "../../plugins/pi/pi.ts"
import { piArguments } from "../../plugins/pi/piArguments.ts"
import { shell } from "../../plugins/shell/shell.ts"

const transcripts = join(import.meta.dirname, "..", "agents", "transcripts")
const agent = [process.execPath, join(import.meta.dirname, "fixtures", "agent.mjs")]
const path = process.env["PATH"] ?? ""

let folder = ""
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "osier-adapters-"))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const job = (more: Partial<Job> = {}): Job => ({
  task: 1,
  attempt: 1,
  title: "a title",
  prompt: "Create hello.txt\u2028and commit it.",
  cwd: folder,
  gitDirs: ["/r/.git", "/r/.git/worktrees/t"],
  env: {},
  ...more,
})

const note = () => JSON.parse(readFileSync(join(folder, "note.json"), "utf8"))

/** Runs to the end; `onEvent` may stop it. */
const drive = async (adapter: Adapter, what: Job, onEvent: (event: AdapterEvent, stop: AbortController) => void = () => {}) => {
  const stop = new AbortController()
  const events: AdapterEvent[] = []
  for await (const event of adapter.run(what, stop.signal)) {
    events.push(event)
    onEvent(event, stop)
  }
  const last = events.at(-1)
  if (last?.type !== "ended") throw new Error("no verdict")
  expect(events.filter((event) => event.type === "ended")).toHaveLength(1)
  return { events, outcome: last.outcome }
}

const fake = (env: Record<string, string>): Partial<Job> => ({ command: agent, env: { NOTE: join(folder, "note.json"), ...env } })

describe.each([
  [claude, "claude"],
  [codex, "codex"],
  [pi, "pi"],
] as const)("%o", (adapter, name) => {
  test("starts its program in the tree, with exactly the job's environment and the prompt on stdin", async () => {
    const { events, outcome } = await drive(adapter, job(fake({ REPLAY: join(transcripts, `${name}-success.jsonl`) })))
    expect(outcome).toMatchObject({ ok: true, reason: "done", text: "done" })
    expect(events[0]).toEqual({ type: "started", pid: expect.any(Number) })
    expect(note().stdin).toBe("Create hello.txt\u2028and commit it.")
    expect(note().cwd).toBe(folder)
    expect(note().env).toEqual(["NOTE", "REPLAY"])
  })

  test("a good stream with a bad exit code is no success", async () => {
    const env = { REPLAY: join(transcripts, `${name}-success.jsonl`), EXIT: "3" }
    expect((await drive(adapter, job(fake(env)))).outcome).toMatchObject({ ok: false, class: "crash" })
  })

  test("stops with the signal its program honours, and says cancelled", async () => {
    const env = { REPLAY: join(transcripts, `${name}-sigterm-hang.jsonl`), WAIT: "signal" }
    const { outcome } = await drive(
      adapter,
      job(fake(env)),
      (event, stop) => event.type === "started" && event.session !== undefined && stop.abort(),
    )
    expect(outcome).toMatchObject({ ok: false, class: "cancelled", session: expect.any(String) })
    expect(note().signal).toBe(name === "codex" ? "SIGINT" : "SIGTERM")
  })

  test("is not installed: an environment failure that says what to type, and a detection that does", async () => {
    const env = { PATH: folder }
    const { outcome } = await drive(adapter, job({ env }))
    expect(outcome).toMatchObject({ ok: false, class: "environment", reason: expect.stringContaining("npm install -g") })
    expect(await adapter.detect(env)).toMatchObject({ found: false, hint: expect.stringContaining("npm install -g") })
  })

  test("a wrapper that doesn't find it is an environment failure", async () => {
    const { outcome } = await drive(adapter, job({ command: ["sh", "-c", "no-such-agent"], env: { PATH: path } }))
    expect(outcome).toMatchObject({ ok: false, class: "environment", reason: expect.stringContaining("no-such-agent") })
  })

  test("detects a version, and a program that can't tell one", async () => {
    expect(await adapter.detect({ HOME: folder }, agent)).toMatchObject({ found: true, version: "1.2.3" })
    expect(await adapter.detect({ EXIT: "1" }, agent)).toMatchObject({ found: false, hint: expect.stringContaining("exit 1") })
  })

  test("cancelled before it began, nothing is started", async () => {
    const events: AdapterEvent[] = []
    for await (const event of adapter.run(job({ command: ["/never/started"] }), AbortSignal.abort())) events.push(event)
    expect(events).toMatchObject([{ type: "ended", outcome: { ok: false, class: "cancelled" } }])
  })
})

test("claude is not left to repeat a refused login for minutes", async () => {
  const lines = readFileSync(join(transcripts, "claude-err401.jsonl"), "utf8").split("\n")
  const refused = join(folder, "refused.jsonl")
  writeFileSync(refused, `${lines.slice(0, 3).join("\n")}\n`)
  const { outcome, events } = await drive(claude, job(fake({ REPLAY: refused, WAIT: "signal" })))
  expect(outcome).toMatchObject({ ok: false, class: "environment", reason: expect.stringContaining("not logged in") })
  expect(events.filter((event) => event.type === "retrying")).toHaveLength(2)
})

describe("arguments", () => {
  const full = { model: "m", instructions: 'Say "hi"\n', session: "s-1", args: ["--extra"] }

  test("claude", () => {
    const stream = ["-p", "--output-format", "stream-json", "--verbose"]
    expect(claudeArguments(job(), false)).toEqual([...stream, "--permission-mode", "bypassPermissions"])
    expect(claudeArguments(job(full), false)).toEqual([
      ...[...stream, "--model", "m", "--append-system-prompt", 'Say "hi"\n', "--resume", "s-1"],
      ...["--permission-mode", "bypassPermissions", "--extra"],
    ])
    const asRoot = claudeArguments(job(), true).join(" ")
    expect(asRoot).not.toContain("bypass")
    expect(asRoot).toContain("--permission-mode dontAsk --allowedTools Bash,")
    expect(claudeArguments(job({ readOnly: true }), true)).toEqual([...stream, "--permission-mode", "plan"])
    const own = ["--permission-mode", "acceptEdits"]
    expect(claudeArguments(job({ args: own }), false)).toEqual([...stream, ...own])
  })

  test("codex", () => {
    const exec = ["exec", "--json", "--skip-git-repo-check"]
    const open = ["-s", "workspace-write", "--add-dir", "/r/.git", "--add-dir", "/r/.git/worktrees/t"]
    expect(codexArguments(job())).toEqual([...exec, ...open, "-"])
    expect(codexArguments(job(full))).toEqual([
      ...[...exec, ...open, "-m", "m", "-c", 'developer_instructions="Say \\"hi\\"\\n"'],
      ...["--extra", "resume", "s-1", "-"],
    ])
    expect(codexArguments(job({ readOnly: true }))).toEqual([...exec, "-s", "read-only", "-"])
    const own = ["--dangerously-bypass-approvals-and-sandbox"]
    expect(codexArguments(job({ args: own }))).toEqual([...exec, ...own, "-"])
  })

  test("pi", () => {
    const json = ["--mode", "json", "--offline", "--no-approve"]
    expect(piArguments(job())).toEqual(json)
    expect(piArguments(job(full))).toEqual([...json, "--model", "m", "--append-system-prompt", 'Say "hi"\n', "--session", "s-1", "--extra"])
    expect(piArguments(job({ model: "openrouter/a/b", readOnly: true }))).toEqual([
      ...[...json, "--provider", "openrouter", "--model", "a/b", "--tools", "read,grep,find,ls"],
    ])
  })
})

describe("shell", () => {
  const run = (command: readonly string[], more: Partial<Job> = {}) => drive(shell, job({ command, env: { PATH: path }, ...more }))
  const sh = (text: string, more: Partial<Job> = {}) => run(["sh", "-c", text], more)

  test("what a failed one wrote to stderr is said as well, and kept for the next attempt", async () => {
    const { events, outcome } = await sh("echo one; echo 'Error: no' >&2; echo '  at two' >&2; exit 3")
    expect(events.flatMap((event) => (event.type === "said" ? [event.text] : []))).toEqual(["one", "Error: no", "  at two"])
    expect(outcome).toEqual({ ok: false, class: "work", reason: "exit 3: at two", text: "one\nError: no\n  at two" })
    expect((await sh("echo warning >&2; echo fine")).outcome).toEqual({ ok: true, reason: "exit 0", text: "fine" })
  })

  test("its lines are said, its last words are kept, exit 0 is success", async () => {
    const { events, outcome } = await sh("echo one; echo; printf two")
    expect(events.filter((event) => event.type === "said")).toEqual([
      { type: "said", text: "one" },
      { type: "said", text: "two" },
    ])
    expect(outcome).toEqual({ ok: true, reason: "exit 0", text: "one\ntwo" })
  })

  test.each([
    ["exit 3", "work", "exit 3"],
    ["echo because >&2; exit 1", "work", "because"],
    ["no-such-command-here", "environment", "no-such-command-here"],
    ["exit 126", "environment", "126"],
    ["echo over quota >&2; exit 75", "provider", "over quota"],
    ["kill -9 $$", "crash", "SIGKILL"],
    ["kill -TERM $$", "cancelled", "stopped"],
  ])("%s is %s", async (text, blame, words) => {
    expect((await sh(text)).outcome).toMatchObject({ ok: false, class: blame, reason: expect.stringContaining(words) })
  })

  test("a command that can't be started, a tree that is gone, and no command at all", async () => {
    mkdirSync(join(folder, "directory"), { recursive: true })
    expect((await run(["no-such-program"])).outcome).toMatchObject({ class: "environment", reason: expect.stringContaining("ENOENT") })
    expect((await run([join(folder, "directory")])).outcome).toMatchObject({
      class: "environment",
      reason: expect.stringContaining("EACCES"),
    })
    expect((await sh("true", { cwd: "/nowhere" })).outcome).toMatchObject({
      class: "environment",
      reason: expect.stringContaining("/nowhere"),
    })
    const bare = await drive(shell, job())
    expect(bare.outcome).toMatchObject({ class: "plan" })
  })

  test("more arguments follow the command", async () => {
    const { outcome } = await run(["echo"], { args: ["a", "b c"] })
    expect(outcome.text).toBe("a b c")
  })

  test("finds its program, by name or by path", async () => {
    expect(await shell.detect({ PATH: path }, ["sh"])).toMatchObject({ found: true })
    expect(await shell.detect({ PATH: path }, ["/bin/sh"])).toMatchObject({ found: true })
    expect(await shell.detect({ PATH: path }, ["no-such-program"])).toMatchObject({ found: false, hint: expect.any(String) })
  })
})

test("names are unique", () => {
  const names = adapters.map((adapter) => adapter.name)
  expect(new Set(names).size).toBe(names.length)
})

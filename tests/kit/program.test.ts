import { spawnSync } from "node:child_process"
import { tmpdir } from "node:os"
import { expect, test } from "vitest"
import { type ProgramOptions, startProgram } from "../../core/kit/index.ts"
import { options } from "../support/programRun.ts"

const run = async (what: ProgramOptions, onLine: (line: string, stop: AbortController) => void = () => {}) => {
  const stop = new AbortController()
  const program = startProgram(what, stop.signal)
  const lines: string[] = []
  for await (const line of program.lines) {
    lines.push(line)
    onLine(line, stop)
  }
  return { lines, exit: await program.exit, pid: program.pid }
}

/** Not there, or dead and not yet noticed by its parent. */
const isGone = (pid: string) => /^(Z.*)?$/.test(spawnSync("ps", ["-o", "stat=", "-p", pid]).stdout.toString().trim())

test("lines, exit code and the end of stderr", async () => {
  const { lines, exit } = await run(options("echo a; echo b; echo oops >&2; exit 7"))
  expect(lines).toEqual(["a", "b"])
  expect(exit).toEqual({ code: 7, signal: null, stderr: "oops\n", stopped: false })
})

test("stdin is the input and is always closed", async () => {
  expect((await run(options("cat", { input: "prompt" }))).lines).toEqual(["prompt"])
  expect((await run(options("cat; echo end"))).lines).toEqual(["end"])
})

test("a program that never reads its long prompt is no error", async () => {
  expect((await run(options("exit 0", { input: "x".repeat(5_000_000) }))).exit).toMatchObject({ code: 0 })
})

test("stderr is kept only so far", async () => {
  const { exit } = await run(options("head -c 3000000 /dev/zero | tr '\\0' x >&2; echo end >&2"))
  expect(exit.stderr.length).toBeLessThan(20_000)
  expect(exit.stderr.endsWith("end\n")).toBe(true)
})

test("what can't be started says so and doesn't throw", async () => {
  expect((await run(options("", { command: ["no-such-program"] }))).exit).toMatchObject({ error: "ENOENT", code: null })
  expect((await run(options("", { command: [tmpdir()] }))).exit).toMatchObject({ error: "EACCES" })
  expect((await run(options("true", { cwd: "/nowhere" }))).exit).toMatchObject({ error: expect.stringContaining("/nowhere") })
  expect((await run(options("", { command: [] }))).exit).toMatchObject({ error: "the command is empty" })
})

test("one that ignores its stop signal is killed after the grace, children included", async () => {
  const script = "trap '' TERM; sleep 300 & echo $!; wait; wait; sleep 300"
  const { lines, exit } = await run(options(script), (_line, stop) => stop.abort())
  expect(exit).toMatchObject({ signal: "SIGKILL", stopped: true })
  expect(isGone(lines[0] ?? "")).toBe(true)
})

test("what it leaves in its group is gone when it has ended", async () => {
  const { lines, exit } = await run(options("sleep 300 & echo $!"))
  expect(exit).toMatchObject({ code: 0, stopped: false })
  expect(isGone(lines[0] ?? "")).toBe(true)
})

test("a daemon that keeps stdout open doesn't keep us", async () => {
  const before = performance.now()
  const { lines, exit } = await run(options("setsid sleep 300 & echo $!; echo done"))
  process.kill(Number(lines[0]), "SIGKILL")
  expect(exit.code).toBe(0)
  expect(lines[1]).toBe("done")
  expect(performance.now() - before).toBeLessThan(10_000)
})

test("stop() ends it, and is nothing once it has ended", async () => {
  const program = startProgram(options("echo up; exec sleep 300"), new AbortController().signal)
  for await (const line of program.lines) if (line === "up") program.stop()
  expect(await program.exit).toMatchObject({ signal: "SIGTERM", stopped: true })
  program.stop()
})

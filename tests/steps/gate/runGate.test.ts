import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { gate, shellGate } from "../../support/courtroom.ts"
import { makeFolder } from "../../support/repo.ts"
import { alive } from "../../support/alive.ts"
import { run } from "../../support/gateRun.ts"

test.each([
  ["exit 0", "pass", 0],
  ["exit 1", "fail", 1],
  ["exit 126", "unrunnable", 126],
  ["no-such-program-at-all", "unrunnable", 127],
  ["exit 137", "unrunnable", 137],
] as const)("%s: %s", async (text, verdict, code) => {
  expect(await run(shellGate("a", text))).toMatchObject({ verdict, code })
})

test("what can't be started is unrunnable: no program, no folder, not executable, no words", async () => {
  expect(await run(gate("a", ["no-such-program-at-all"]))).toMatchObject({ verdict: "unrunnable" })
  expect(await run(gate("a", ["./gone.sh"]))).toMatchObject({ verdict: "unrunnable" })
  expect(await run(gate("a", ["true"]), join(makeFolder(), "gone"))).toMatchObject({ verdict: "unrunnable" })
  expect(await run(gate("a", [makeFolder()]))).toMatchObject({ verdict: "unrunnable" })
  expect(await run(gate("a", []))).toMatchObject({ verdict: "unrunnable" })
})

test("killed from outside is unrunnable, crashed by itself is a fail", async () => {
  expect(await run(shellGate("a", "kill -9 $$"))).toMatchObject({ verdict: "unrunnable", reason: expect.stringContaining("SIGKILL") })
  expect(await run(shellGate("a", "kill -SEGV $$"))).toMatchObject({ verdict: "fail" })
})

test("its time is over: a timeout even if it answers TERM with exit 0", async () => {
  expect(await run(shellGate("a", "trap 'exit 0' TERM; sleep 60 & wait", { timeoutMs: 300 }))).toMatchObject({ verdict: "timeout" })
})

test.runIf(process.platform === "linux")(
  "a daemon in a session of its own is gone before the verdict, which stays what the exit says",
  async () => {
    const cwd = makeFolder()
    const said = await run(
      shellGate(
        "a",
        `cd / && setsid sh -c 'echo $$ > "${cwd}/pid"; trap "" TERM; while :; do sleep 0.05; done' >/dev/null 2>&1 </dev/null & while [ ! -s "${cwd}/pid" ]; do :; done`,
      ),
      cwd,
    )
    expect(said).toMatchObject({ verdict: "pass", left: [] })
    expect(said.found.map(({ pid }) => pid)).toContain(Number(readFileSync(join(cwd, "pid"), "utf8")))
    expect(alive(Number(readFileSync(join(cwd, "pid"), "utf8")))).toBe(false)
  },
)

/** Ways to leave a daemon; each is to write its number into the file, and to stay. */
const ways = {
  "an empty environment, another folder, forked twice": (file: string) =>
    `(env -i setsid -f /bin/sh -c 'cd /; (exec sh -c "echo \\$\\$ > ${file}; exec sleep 600") &' </dev/null >/dev/null 2>&1)`,
  "stopped, without environment": (file: string) =>
    `(cd /; env -i setsid -f /bin/sh -c 'echo $$ > "${file}"; kill -STOP $$; sleep 600' </dev/null >/dev/null 2>&1)`,
  "nohup, deaf to TERM, every file closed": (file: string) =>
    `(cd /; env -i nohup setsid -f /bin/sh -c 'trap "" TERM; exec 3>&- 4>&- 5>&-; echo $$ > "${file}"; while :; do sleep 0.1; done' </dev/null >/dev/null 2>&1)`,
}

test.runIf(process.platform === "linux").each(Object.entries(ways))("no daemon slips out of a gate: %s", async (_way, start) => {
  const file = join(makeFolder(), "pid")
  const said = await run(shellGate("a", `${start(file)}; while [ ! -s "${file}" ]; do :; done`))
  expect(said).toMatchObject({ verdict: "pass", left: [] })
  const pid = Number(readFileSync(file, "utf8"))
  expect(said.found.map((each) => each.pid)).toContain(pid)
  expect(alive(pid)).toBe(false)
})

test("its words are kept: the end for evidence, all in a log for its owner alone", async () => {
  const said = await run(
    shellGate("a", "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done; printf '\\033[31mred\\033[0m\\n' >&2; exit 1"),
  )
  expect(said.tail).toContain("line 19999")
  expect(said.tail.endsWith("red")).toBe(true)
  expect(said.tail.length).toBeLessThan(64 * 1024)
  expect(readFileSync(said.log, "utf8")).toContain("line 0\n")
  expect(statSync(said.log).mode & 0o777).toBe(0o600)
})

test("no shell stands between: words are words", async () => {
  expect((await run(gate("a", ["printf", "%s|", "$HOME", "a b", "*", "; exit 1"]))).tail).toBe("$HOME|a b|*|; exit 1|")
})

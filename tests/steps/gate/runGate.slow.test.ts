import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { shellGate } from "../../support/courtroom.ts"
import { makeFolder } from "../../support/repo.ts"
import { alive } from "../../support/alive.ts"
import { run } from "../../support/gateRun.ts"

test("it hangs and ignores TERM: a timeout, and nothing of it is left", async () => {
  const cwd = makeFolder()
  const said = await run(shellGate("a", "trap '' TERM; echo $$ > pid; while :; do sleep 0.05; done", { timeoutMs: 300 }), cwd)
  expect(said.verdict).toBe("timeout")
  expect(alive(Number(readFileSync(join(cwd, "pid"), "utf8")))).toBe(false)
})

test("a gate that ended while osier stood still is judged by its exit, and was not too slow", async () => {
  const cwd = makeFolder()
  const begun = join(cwd, "begun")
  const asked = run(shellGate("a", "touch begun; sleep 0.2; exit 3", { timeoutMs: 1_500 }), cwd)
  await expect.poll(() => existsSync(begun), { interval: 10, timeout: 20_000 }).toBe(true)
  // Nothing of this process runs meanwhile, as after Ctrl-Z.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_500)
  expect(await asked).toMatchObject({ verdict: "fail", code: 3 })
})

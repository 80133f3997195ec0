import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { shellGate } from "../support/courtroom.ts"
import { makeFolder } from "../support/repo.ts"
import { alive } from "../support/alive.ts"
import { run } from "../support/gateRun.ts"

test("it hangs and ignores TERM: a timeout, and nothing of it is left", async () => {
  const cwd = makeFolder()
  const said = await run(shellGate("a", "trap '' TERM; echo $$ > pid; while :; do sleep 0.05; done", { timeoutMs: 300 }), cwd)
  expect(said.verdict).toBe("timeout")
  expect(alive(Number(readFileSync(join(cwd, "pid"), "utf8")))).toBe(false)
})

import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { liveRuns } from "../../../core/steps/lock/liveRuns.ts"
import { Machine } from "../../../core/world/machine/machine.ts"
import { writeServerFile } from "../../../core/world/machine/serverFile.ts"
import { makeRepo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

test("a run that has neither a lock nor begun its tasks is found by what serves its events; a mere server is none", async () => {
  const repo = makeRepo()
  const other = spawn("sleep", ["60"], { stdio: "ignore" })
  onTestFinished(() => void other.kill("SIGKILL"))
  const identity = await inWorld(
    repo.path,
    Effect.flatMap(Machine, (machine) => machine.identify(other.pid ?? 0)),
  )
  if (identity === undefined) throw new Error("it does not run")
  const record = { port: 1, token: "t", journal: "", process: identity }
  const found = async (run: { readonly run?: string }) => {
    await writeServerFile(join(repo.path, ".git/osier"), { ...record, ...run })
    return inWorld(repo.path, liveRuns())
  }
  expect(await found({})).toEqual([])
  expect(await found({ run: "r1" })).toEqual([{ run: "r1", process: identity }])
})

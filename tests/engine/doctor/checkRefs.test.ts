import * as Effect from "effect/Effect"
import { rmSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { parseArguments } from "../../../core/domain/plan/plan.ts"
import { checkRefs } from "../../../core/engine/doctor/checkRefs.ts"
import { keepCommit } from "../../../core/steps/commit/keepCommit.ts"
import { addTasks } from "../../../core/engine/tasks/addTasks.ts"
import { makeStage } from "../../support/engine.ts"

test("a ref that a power cut left empty is told in git's words, not taken for another writer, and doctor says what to type", async () => {
  const { act, repo } = makeStage(`agents: { a: { adapter: shell, command: ["true"] } }\nagent: a\n`)
  const add = addTasks(parseArguments(["one"], { agents: ["a"], adapters: [], gates: [] }).tasks, { again: "new" })
  expect(await act(checkRefs())).toMatchObject([{ state: "good" }])
  repo.write(".git/refs/osier/ids", "")
  repo.write(".git/refs/heads/side", "")
  const failed = await act(Effect.flip(add))
  expect(failed).toMatchObject({ _tag: "RefFailed", reason: expect.stringContaining("reference broken") })
  const ids = join(repo.path, ".git/refs/osier/ids")
  expect(await act(checkRefs())).toMatchObject([
    { state: "bad", found: expect.stringContaining("refs/heads/side"), hint: expect.stringContaining("update-ref refs/heads/side") },
    { state: "bad", found: expect.stringContaining("refs/osier/ids"), hint: `rm ${ids}` },
  ])
  repo.write(".git/refs/osier/keep/1/1", "")
  expect(await act(keepCommit({ task: 1, attempt: 1, commit: repo.git("rev-parse", "HEAD"), reason: "x" }))).toMatchObject({
    ref: "refs/osier/keep/1/1-2",
  })
  rmSync(ids)
  expect(await act(add)).toMatchObject([{ id: 1 }])
})

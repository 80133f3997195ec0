import * as Effect from "effect/Effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import type { Known } from "../../../core/domain/plan/planDraft.ts"
import { readPlan } from "../../../core/steps/given/readPlan.ts"
import { readSettings } from "../../../core/steps/given/readSettings.ts"
import { Files } from "../../../core/world/machine/files.ts"
import { makeFolder, makeRepo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

const known: Known = { agents: ["scribe"], adapters: [], gates: [], agent: null }

/** What a plan is read as, with these bytes on standard input. */
const plan = (from: readonly string[], input: string | Buffer = "") => {
  const at = makeFolder()
  const given = Effect.updateService(readPlan({ words: [], from, at, known: { ...known, agent: "scribe" } }), Files, (files) => ({
    ...files,
    standardInput: Effect.succeed(Buffer.from(input)),
  }))
  return inWorld(makeRepo().path, given)
}

test.each([
  ["-", "# mine\nFix it\nMend that:scribe\n", ["Fix it", "Mend that"]],
  ["/dev/stdin", "[bug] Fix it\n- and that\n", ["[bug] Fix it", "- and that"]],
  ["/dev/fd/0", "tasks:\n  - Fix it\n", ["Fix it"]],
  ["-", '{ "tasks": [{ "title": "Fix it" }, "Mend that"] }', ["Fix it", "Mend that"]],
  ["-", '# a list\n["Fix it"]\n', ['["Fix it"]']],
  ["-", "---\ntitle: Fix it\n---\nAll of it.\n", ["Fix it"]],
  ["-", Buffer.from("\uFEFFFix it\r\nMend that", "utf16le"), ["Fix it", "Mend that"]],
])("--from %s reads standard input, and tells by its text what it is (%#)", async (from, input, titles) => {
  const tasks = await plan([from], input)
  expect(tasks.map(({ title }) => title)).toEqual(titles)
  // The same program says something else the next time: nothing of its tasks is found again by a file.
  expect(tasks.map(({ source }) => source)).toEqual(titles.map(() => ({})))
})

test("what is no text on standard input is told with its line, nothing on it is no plan, and it is read once", async () => {
  await expect(plan(["-"], Buffer.from("a\nF\u00fcge\n", "latin1"))).rejects.toMatchObject({
    _tag: "PlanRefused",
    message: "standard input:2: is not written in UTF-8 (save it as UTF-8 text)",
  })
  await expect(plan(["-"])).rejects.toMatchObject({ _tag: "PlanEmpty", exit: 2 })
  await expect(plan(["-", "/dev/stdin"], "Fix it")).rejects.toMatchObject({ _tag: "PlanMissing", exit: 2 })
})

test("settings that are no text are refused with file and line, in the checkout and at a bare tip", async () => {
  const repo = makeRepo()
  writeFileSync(join(repo.path, "osier.yaml"), Buffer.from("target: main\n# f\u00fcr alle\n", "latin1"))
  const refused = { _tag: "SettingsRefused", file: "osier.yaml", line: 2, exit: 2 }
  await expect(inWorld(repo.path, readSettings())).rejects.toMatchObject(refused)
  repo.git("add", "-A")
  repo.git("commit", "-qm", "settings")
  const bare = join(makeFolder(), "bare.git")
  repo.git("clone", "-q", "--bare", ".", bare)
  await expect(inWorld(bare, readSettings())).rejects.toMatchObject(refused)
  writeFileSync(join(repo.path, "osier.yaml"), Buffer.from("\uFEFFtarget: main\r\n", "utf16le"))
  expect((await inWorld(repo.path, readSettings())).settings.target).toBe("main")
})

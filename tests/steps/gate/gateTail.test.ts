import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { gateTail } from "../../../core/steps/gate/gateTail.ts"
import { makeRepo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

test("the last lines of a log that say something are told, plain and without secrets; of none that is gone", async () => {
  const { path } = makeRepo()
  const log = join(path, "gate.log")
  const lines = Array.from({ length: 40 }, (_, at) => `line ${at}`)
  writeFileSync(log, `${lines.join("\n")}\n\n\u001b[31mghp_aB3dE6fG9hJ2kL5mN8pQ1rS4tU7vW0xY3zA6\u001b[0m is wrong\n\n`)
  const told = await inWorld(path, gateTail(log))
  expect(told.slice(0, 2)).toEqual(["line 31", "line 32"])
  expect(told.at(-1)).toMatch(/ is wrong$/)
  for (const hidden of ["ghp_aB3", "\u001b"]) expect(told.join()).not.toContain(hidden)
  expect(await inWorld(path, gateTail(join(path, "none.log")))).toEqual([])
})

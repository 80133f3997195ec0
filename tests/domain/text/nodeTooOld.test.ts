import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import manifest from "../../../package.json" with { type: "json" }
import { nodeTooOld } from "../../../core/domain/text/nodeTooOld.ts"

test.each([
  ["20.20.2", ">=22.18", true],
  ["22.17.9", ">=22.18", true],
  ["22.18.0", ">=22.18", false],
  ["23.0.0", ">=22.18", false],
  ["26.3.0", ">=22.18", false],
])("Node %s of %s is too old: %s", (found, wanted, old) => {
  expect(nodeTooOld(found, wanted) !== undefined).toBe(old)
})

test("the range of package.json is one that it reads, and says what to do", () => {
  expect(manifest.engines.node).toMatch(/^>=\d+\.\d+$/)
  expect(nodeTooOld("20.20.2", manifest.engines.node)).toMatchObject({
    message: `osier needs Node ${manifest.engines.node} and this is 20.20.2`,
    hint: expect.stringContaining("newer Node"),
    exit: 3,
  })
})

test("the door in plain JavaScript says the same in the same words", () => {
  const old = nodeTooOld("20.20.2", manifest.engines.node)
  const folder = mkdtempSync(join(tmpdir(), "osier-old-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  // What reads as an older Node before the door is opened.
  const disguise = join(folder, "disguise.mjs")
  writeFileSync(disguise, 'Object.defineProperty(process.versions, "node", { value: "20.20.2" })\n')
  const door = join(import.meta.dirname, "..", "..", "..", "core", "main.mjs")
  const { status, stderr } = spawnSync(process.execPath, ["--import", disguise, door, "ls"], { encoding: "utf8" })
  expect(status).toBe(3)
  expect(stderr).toBe(`osier: ${old?.message}\n  ${old?.hint}\n`)
})

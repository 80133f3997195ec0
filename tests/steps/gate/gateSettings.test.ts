import { expect, test } from "vitest"
import { gatesInForce } from "../../../core/steps/gate/gateSettings.ts"
import { resolve } from "../../support/courtroom.ts"
import { makeRepo } from "../../support/repo.ts"
import type { Repo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

const inForce = (repo: Repo, workingText?: string, targetCommit = repo.git("rev-parse", "main")) =>
  inWorld(repo.path, gatesInForce({ targetCommit, workingText, resolve }))

const strict = 'gates:\n  test: { run: ["npm", "test"], protect: ["evals/**"] }\n'
const weak = 'gates:\n  test: { run: ["true"] }\n'

test("the target's tip decides, and the working copy's difference is told", async () => {
  const repo = makeRepo({ "osier.yaml": strict })
  const found = await inForce(repo, weak)
  expect(found).toMatchObject({ from: "target", gates: [{ run: ["npm", "test"], protect: ["evals/**"] }] })
  expect(found.warning?.message).toContain('gates.test: ["npm","test"] instead of ["true"]')
  expect(found.hash).not.toBe((await inForce(makeRepo({ "osier.yaml": weak }))).hash)
})

test("a difference that judges nothing is none", async () => {
  const repo = makeRepo({ "osier.yaml": strict })
  expect((await inForce(repo, `concurrency: 7\n${strict}`)).warning).toBeUndefined()
  for (const more of ["tree: { setup: [[npm, ci]] }\n", "tree: { copy: [.env] }\n", "tree: { env: { A: b } }\n"])
    expect((await inForce(repo, strict + more)).warning).toBeDefined()
})

test("a tip without settings leaves it to the working copy; neither: no gates", async () => {
  const repo = makeRepo()
  expect(await inForce(repo, weak)).toMatchObject({ from: "working copy", gates: [{ name: "test" }] })
  expect(await inForce(repo)).toMatchObject({ from: "defaults", gates: [] })
})

test("a tip that can't be read judges nothing: broken text, a folder, no such commit", async () => {
  const broken = makeRepo({ "osier.yaml": "gates: { test: { run: 7 } }\n" })
  await expect(inForce(broken, weak)).rejects.toMatchObject({ _tag: "SettingsRefused" })
  await expect(inForce(makeRepo({ "osier.yaml/x": "" }), weak)).rejects.toMatchObject({ _tag: "SettingsRefused" })
  await expect(inForce(makeRepo(), weak, "1".repeat(40))).rejects.toMatchObject({ _tag: "ObjectFailed" })
})

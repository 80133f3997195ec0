import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, utimesSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { expect, test } from "vitest"
import { sweepPassing } from "../../../core/steps/tree/sweepPassing.ts"
import { Machine } from "../../../core/world/machine/machine.ts"
import { passingName } from "../../../core/world/machine/passing.ts"
import { makeRepo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

test("what killed processes would have taken away goes; what belongs to the living, or to nobody that can be told, stays", async () => {
  const repo = makeRepo()
  const self = await inWorld(
    repo.path,
    Effect.map(Machine, (machine) => machine.self),
  )
  const dead = spawnSync("true").pid
  const ours = passingName()
  const theirs = ours.replace(/^\d+/, String(dead))
  const holder = (pid: number) => JSON.stringify({ ...self, pid, nonce: "n" })
  const both = (path: (name: string) => string) => [path(theirs), path(ours)] as const
  const pairs = [
    both((name) => `osier/views/${name}/git/HEAD`),
    both((name) => `osier/overlay/${name}`),
    both((name) => `osier/tmp/${name}`),
    both((name) => `osier/verdicts/k.json.${name}.new`),
    both((name) => `osier/configuration.json.${name}.new`),
    both((name) => `objects/ab/tmp_obj_${name}`),
    ["osier/worktrees.lock.own.dead", "osier/worktrees.lock.own.living"],
    ["osier/worktrees.lock.takeover.dead", "osier/worktrees.lock.takeover.odd"],
    ["objects/pack/tmp_pack_AbCdEf", "objects/ab/tmp_obj_XyZxYz"],
  ] as const
  for (const path of pairs.flat()) {
    const at = join(repo.path, ".git", path)
    mkdirSync(dirname(at), { recursive: true })
    writeFileSync(at, path.endsWith("dead") ? holder(dead) : path.endsWith("living") ? holder(process.pid) : "x")
    if (path.includes("tmp_pack")) utimesSync(at, new Date(0), new Date(0))
  }
  await inWorld(repo.path, sweepPassing())
  const there = (path: string) => existsSync(join(repo.path, ".git", path))
  expect(pairs.map(([gone]) => gone).filter(there)).toEqual([])
  expect(pairs.map(([, stays]) => stays).filter((path) => !there(path))).toEqual([])
})

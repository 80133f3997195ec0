import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { existsSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { expect, test } from "vitest"
import { makeTree } from "../../../core/steps/tree/makeTree.ts"
import { removeTree } from "../../../core/steps/tree/removeTree.ts"
import { makeRepo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

const rootOf = (path: string) => join(dirname(path), "repo.osier")

test("many trees at once, beside another program's worktrees, all succeed and go", { timeout: 120_000 }, async () => {
  const repo = makeRepo(Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`d${n % 7}/f${n}.txt`, `${n}\n`])))
  const base = repo.git("rev-parse", "HEAD")
  const other = join(dirname(repo.path), "other")
  const script = `while [ ! -e "$1.stop" ]; do git worktree add -q --detach "$1" && git worktree remove "$1"; done; true`
  const foreign = spawn("sh", ["-c", script, "sh", other], { cwd: repo.path, stdio: "ignore" })
  const ended = new Promise((resume) => foreign.once("exit", resume))
  const make = (n: number) =>
    Effect.gen(function* () {
      const tree = yield* makeTree({ root: rootOf(repo.path), name: `x-${n}`, branch: `task/x-${n}`, base })
      expect(existsSync(join(tree.path, "d0/f0.txt"))).toBe(true)
      yield* removeTree(tree)
    })
  const all = Effect.forEach(
    Array.from({ length: 25 }, (_, n) => n),
    make,
    { concurrency: 8, discard: true },
  )
  const worlds = [
    all,
    Effect.forEach(
      Array.from({ length: 25 }, (_, n) => n + 100),
      make,
      { concurrency: 8, discard: true },
    ),
  ]
  try {
    await Promise.all(worlds.map((each) => inWorld(repo.path, each)))
  } finally {
    writeFileSync(`${other}.stop`, "")
    await ended
  }
  expect(repo.git("worktree", "list", "--porcelain")).not.toContain("repo.osier")
  expect(repo.git("branch", "--list", "task/*").split("\n")).toHaveLength(50)
})

import { existsSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { expect, test } from "vitest"
import { clean } from "../../../core/engine/recovery/clean.ts"
import { changeTask, readTask } from "../../../core/steps/task/record.ts"
import { makeStage } from "../../support/engine.ts"
import { makeRepo } from "../../support/repo.ts"

const yaml = `agents: { a: { adapter: shell, command: ["sh", "-c", "echo 1 > file.txt"] } }
agent: a
gates: { test: ["true"] }
`

test("what can't be taken away of one task is left, and keeps nothing else from being cleared up", { timeout: 240_000 }, async () => {
  const { repo, run, act } = makeStage(yaml.replace("file.txt", "$OSIER_SLUG.txt"))
  expect((await run(["one", "two"])).landed).toHaveLength(2)
  // A person looks at what landed, and a killed run left the other branch behind.
  for (const [id, branch] of [
    [1, "task/one-1"],
    [2, "task/two-2"],
  ] as const) {
    repo.git("branch", branch, (await act(readTask(id))).task.tip ?? "")
    await act(changeTask(id, (old) => ({ ...old, branch })))
  }
  const look = join(dirname(repo.path), "look")
  repo.git("worktree", "add", "-q", look, "task/one-1")
  // An agent turned the entry of its tree to somebody's other repository.
  const other = makeRepo({ "theirs.txt": "theirs\n" })
  const tree = `${repo.path}.osier/two-2`
  repo.git("worktree", "add", "-q", "--lock", "--reason", "osier: two-2", "-b", "elsewhere", tree, "main")
  writeFileSync(join(repo.path, ".git/worktrees/two-2/gitdir"), `${other.path}/.git\n`)
  await act(clean({ dryRun: false }))
  expect(existsSync(join(look, "one.txt"))).toBe(true)
  expect(repo.git("branch", "--list", "task/*", "--format=%(refname:short)")).toBe("task/one-1")
  expect(existsSync(join(other.path, "theirs.txt"))).toBe(true)
  expect(existsSync(join(repo.path, ".git/worktrees/two-2"))).toBe(false)
  expect((await run(["three"])).landed).toHaveLength(1)
})

import * as Effect from "effect/Effect"
import { existsSync, readdirSync, renameSync } from "node:fs"
import { dirname, join } from "node:path"
import { expect, test } from "vitest"
import { parseArguments } from "../../../core/domain/plan/plan.ts"
import { claimTask } from "../../../core/engine/handwork/claimTask.ts"
import { releaseTask } from "../../../core/engine/handwork/releaseTask.ts"
import { addTasks } from "../../../core/engine/tasks/addTasks.ts"
import { standingPlace } from "../../../core/engine/tree/handTree.ts"
import { keepAndRemove } from "../../../core/engine/tree/plant.ts"
import { makeStage, stageOn } from "../../support/engine.ts"
import { repoAt } from "../../support/repo.ts"

const yaml = `agents: { a: { adapter: shell, command: ["true"] } }\nagent: a\n`

/** A claimed task whose tree holds a file that is nowhere else. */
const claimed = async () => {
  const { act, repo } = makeStage(yaml)
  const tasks = parseArguments(["one"], { agents: ["a"], adapters: [], gates: [] }).tasks
  const place = await act(
    Effect.gen(function* () {
      yield* addTasks(tasks, { again: "new" })
      return (yield* claimTask(1, { tree: true, steal: false, allowOverlap: false })).place
    }),
  )
  if (place === undefined) throw new Error("no tree was made")
  repoAt(place.path).write("mine.txt", "nowhere else\n")
  return { repo, path: place.path }
}

test.each([
  ["renamed alone", (repo: string, _tree: string) => [repo, join(dirname(repo), "store")] as const],
  ["moved with its trees", (repo: string, _tree: string) => [dirname(repo), `${dirname(repo)}-moved`] as const],
])("a tree of handwork is not passed over when its repository was %s", async (_, move) => {
  const { repo, path } = await claimed()
  const [from, to] = move(repo.path, path)
  renameSync(from, to)
  const after = (old: string) => (old.startsWith(`${from}/`) || old === from ? to + old.slice(from.length) : old)
  const now = after(path)
  const stage = stageOn(repoAt(after(repo.path)), yaml)
  const lost = { _tag: "TreeAstray", now, hint: `git worktree repair ${now}` }
  await expect(stage.act(standingPlace(1))).rejects.toMatchObject(lost)
  await expect(stage.act(releaseTask(1))).rejects.toMatchObject(lost)
  const gitDir = join(stage.repo.path, ".git/worktrees", readdirSync(join(stage.repo.path, ".git/worktrees"))[0] ?? "")
  await expect(stage.act(keepAndRemove(undefined, 1, { path, gitDir }, "x"))).rejects.toMatchObject(lost)
  expect(existsSync(gitDir)).toBe(true)
  stage.repo.git("worktree", "repair", now)
  const released = await stage.act(releaseTask(1))
  expect(released).toMatchObject({ task: { status: "pending" }, work: "1 changed file", tree: now })
  expect(stage.repo.git("ls-tree", "-r", "--name-only", released.keep ?? "")).toContain("mine.txt")
})

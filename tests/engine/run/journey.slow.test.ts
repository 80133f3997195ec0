import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { Board } from "../../../core/engine/context/board.ts"
import { journey } from "../../../core/engine/run/journey.ts"
import { readTask } from "../../../core/steps/task/record.ts"
import { makeStage } from "../../support/engine.ts"
import { makeBare } from "../../support/remotes.ts"

const yaml = `remote: origin
agents: { a: { adapter: shell, command: ["sh", "-c", "echo 1 > file.txt"] } }
agent: a
gates: { test: ["true"] }
`

test("a task that another clone landed since we looked is found landed, without its branch and without work", async () => {
  const bare = makeBare()
  const [mine, theirs] = [makeStage(yaml), makeStage(yaml)]
  for (const { repo } of [mine, theirs]) repo.git("remote", "add", "origin", bare.path)
  theirs.repo.git("push", "-q", "origin", "main")
  mine.repo.git("fetch", "-q")
  mine.repo.git("reset", "-q", "--hard", "origin/main")
  expect((await theirs.run(["one"])).landed).toHaveLength(1)
  const task = await mine.act(
    Effect.gen(function* () {
      // The record here is the one that said "completed", as a look in that moment would have brought it.
      mine.repo.git("update-ref", "refs/osier/tasks/1", "refs/osier/tasks/1^")
      const { task } = yield* readTask(1)
      expect(task.status).toBe("completed")
      yield* (yield* Board).put(task)
      yield* journey(1)
      return (yield* readTask(1)).task
    }),
  )
  expect(task.status).toBe("merged")
  expect(bare.git("rev-list", "--count", "--first-parent", "main")).toBe("2")
  expect(bare.git("for-each-ref", "refs/osier/locks/task")).toBe("")
})

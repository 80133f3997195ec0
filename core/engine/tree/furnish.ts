import * as Effect from "effect/Effect"
import { join } from "node:path"
import { childEnvironment } from "../../domain/settings/environment.ts"
import type { Task } from "../../domain/task/task.ts"
import type { Tree } from "../../domain/task/tree.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { planName, planOf } from "../../steps/task/planOf.ts"
import { setUp } from "../../steps/tree/setUp.ts"
import { Files } from "../../world/machine/files.ts"
import { markVariable } from "../../world/machine/reaper.ts"
import { Repository } from "../../world/git/repository.ts"
import { RunIdentity } from "../../world/git/runIdentity.ts"
import { Board } from "../context/board.ts"
import { watched } from "../context/configured.ts"
import { markOf } from "./mark.ts"
import { RunContext } from "../context/runContext.ts"
import { AttemptLost } from "../context/attemptLost.ts"
import { Environment } from "../../world/machine/environment.ts"

/** Brings a fresh tree to where somebody can work in it: the task's plan, copied files, and the set-up commands. */
export const furnish = Effect.fn("furnish")(function* (task: Task, tree: Tree, held: Held) {
  const board = yield* Board
  const files = yield* Files
  const { root, own, commonDir } = yield* Repository
  const { committer } = yield* RunIdentity
  const { settings } = yield* RunContext
  const plan = yield* planOf(task.id)
  if (plan !== undefined) yield* files.write(join(tree.path, ".osier", planName), plan)
  const env = childEnvironment(yield* Environment, [], committer, {
    ...settings.tree.env,
    OSIER_TASK: String(task.id),
    OSIER_TREE: tree.path,
    OSIER_BRANCH: tree.branch,
    OSIER_BASE: tree.base,
    [markVariable]: markOf(commonDir, task.id, held),
  })
  const ready = setUp({
    tree: tree.path,
    from: root,
    copy: settings.tree.copy,
    setup: settings.tree.setup,
    env,
    log: join(own, "logs", String(task.id), "setup.log"),
    onEvent: board.emit,
  })
  yield* watched(`the set-up of task ${task.id}`, ready, { task: task.id, trusted: true }).pipe(
    Effect.catchTag("SetupFailed", (failed) => Effect.fail(new AttemptLost({ class: "environment", reason: failed.message }))),
  )
})

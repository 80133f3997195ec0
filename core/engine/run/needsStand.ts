import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { join } from "node:path"
import type { Task } from "../../domain/task/task.ts"
import { isAncestor } from "../../steps/commit/isAncestor.ts"
import { isCut } from "../../steps/commit/isCut.ts"
import { Files } from "../../world/machine/files.ts"
import { Objects } from "../../world/git/objects.ts"
import { Repository } from "../../world/git/repository.ts"
import { Board } from "../context/board.ts"
import { RunContext } from "../context/runContext.ts"

/** What the task builds on landed, and somebody moved the target back behind that. */
export class NeedGone extends Data.TaggedError("NeedGone")<{
  readonly need: number
  readonly landing: string
  readonly target: string
}> {
  override get message() {
    return `it needs #${this.need}, which landed in ${this.landing.slice(0, 12)}, and that is not on ${this.target} any more`
  }
  get hint() {
    return `Bring it back (\`git merge ${this.landing.slice(0, 12)}\` on ${this.target}), or take the need out of the task: \`osier tree --tasks\`.`
  }
  readonly exit = 5
}

/** A tree is cut only from a commit that contains what the task needs: a record that says merged can't know of a later reset. */
export const needsStand = Effect.fn("needsStand")(function* (task: Task, base: string) {
  const board = yield* Board
  const objects = yield* Objects
  const files = yield* Files
  const { commonDir } = yield* Repository
  const { target } = yield* RunContext
  for (const need of task.needs) {
    const landing = board.task(need)?.landed
    if (landing === undefined) continue
    const isHere = (yield* objects.look(landing)) !== undefined
    if (isHere && ((yield* isAncestor(landing, base)) || (yield* isCut(landing, base)))) continue
    // One that this clone never had can't be part of a history that is all here.
    if (!isHere && (yield* files.stat(join(commonDir, "shallow"))) !== undefined) continue
    return yield* new NeedGone({ need, landing, target })
  }
})

import * as Effect from "effect/Effect"
import { inScope } from "../../domain/task/scope.ts"
import type { Task } from "../../domain/task/task.ts"
import { Board } from "../context/board.ts"

/** Says what a task changed beyond the scope that it declared: because of that scope others may work beside it. */
export const tellStrays = Effect.fn("tellStrays")(function* ({ id, scope }: Task, files: readonly string[]) {
  const board = yield* Board
  const strays = scope.length === 0 ? [] : files.filter((path) => !inScope(scope)(path))
  if (strays.length === 0) return
  const some = `${strays.slice(0, 5).join(", ")}${strays.length > 5 ? `, and ${strays.length - 5} more` : ""}`
  const message = `it changed files outside of its scope (${scope.join(", ")}): ${some}`
  yield* board.emit({ type: "Warned", task: id, message, hint: `osier diff ${id}` })
})

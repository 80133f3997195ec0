import * as Effect from "effect/Effect"
import type { Summary } from "../../domain/task/trailers.ts"
import { alone } from "../context/alone.ts"
import { Board } from "../context/board.ts"
import { sweepOver } from "../tree/sweepOver.ts"

/** Takes away the refs that tasks left here when they were over, and tells what went; what can't be swept keeps nothing else from it. */
export const sweepLeft = Effect.fn("sweepLeft")(function* (tasks: readonly Summary[]) {
  const board = yield* Board
  const swept = yield* alone(sweepOver(tasks, false), { what: "refs of tasks that are over could not be swept", hint: "osier clean" })
  for (const { task, what, name, proof } of swept?.removed ?? []) {
    yield* board.emit({ type: "Recovered", ...(task === undefined ? {} : { task }), what: `${what} ${name} was left behind: ${proof}` })
  }
})

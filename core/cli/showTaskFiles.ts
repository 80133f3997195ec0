import * as Effect from "effect/Effect"
import { count } from "../domain/text/plainText.ts"
import { showTasks } from "../engine/sync/showTasks.ts"
import { shownName } from "../steps/task/readTaskFiles.ts"
import type { Call } from "./verb.ts"

/** Writes all tasks as files that can be edited; stdout is their folder. */
export const showTaskFiles = Effect.fnUntraced(function* ({ json, screen }: Call) {
  const { folder, written, left, restored } = yield* showTasks()
  if (json) screen.out(JSON.stringify({ folder, written, restored, left }))
  else {
    screen.out(folder)
    screen.err(`${count(written.length, "file")} written; edit them, then type: osier sync`)
    for (const name of left) screen.err(`${shownName(name)} holds edits and was left as it is; \`osier sync\` takes them`)
  }
  return 0 as const
})

import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { shownFolder } from "../../steps/task/taskFolder.ts"
import { writeTaskFiles } from "../../steps/task/writeTaskFiles.ts"
import { Repository } from "../../world/git/repository.ts"
import { alone } from "./sync.ts"

/** Task files stand in a checkout, and a bare repository has none. */
export class NoCheckout extends Data.TaggedError("NoCheckout")<{ readonly path: string }> {
  override get message() {
    return `${this.path} is a bare repository: there is no checkout to write task files in`
  }
  get hint() {
    return "Clone it, and type the same command in the clone."
  }
  readonly exit = 2
}

/** Writes every task as an editable file into the user's checkout; edits that are there already stay for `osier sync`. */
export const showTasks = Effect.fn("showTasks")(function* () {
  const { bare, root } = yield* Repository
  if (bare) return yield* new NoCheckout({ path: root })
  return { folder: shownFolder, ...(yield* alone(writeTaskFiles())) }
})

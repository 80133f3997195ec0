import * as Effect from "effect/Effect"
import { RunIdentity } from "../../world/git/runIdentity.ts"
import { Board } from "../context/board.ts"

/** Says, before anything is committed, under which name that happens where git's configuration names nobody. */
export const sayIdentity = Effect.gen(function* () {
  const board = yield* Board
  const { committer, stated } = yield* RunIdentity
  if (stated) return
  yield* board.emit({
    type: "Warned",
    message: `git is not told who commits here (user.name, user.email): what osier commits is by ${committer.name} <${committer.email}>`,
    hint: 'git config --global user.name "Your Name"; git config --global user.email you@example.com',
  })
})

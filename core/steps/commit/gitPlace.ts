import * as Effect from "effect/Effect"
import { Repository } from "../../world/git/repository.ts"

/** Where git runs as the user runs it, so that paths in their configuration mean what they mean there; in a bare repository it is told. */
export const gitPlace = Effect.fnUntraced(function* (at?: string) {
  const { root, bare, commonDir } = yield* Repository
  const args: readonly string[] = at === undefined && bare ? ["--git-dir", commonDir] : []
  return { cwd: at ?? root, args }
})

import * as Effect from "effect/Effect"
import { existsSync } from "node:fs"
import { quoteWord } from "../domain/text/quoteWord.ts"
import { Repository } from "../world/git/repository.ts"
import type { Call } from "./verb.ts"

/** Says where to go on when the folder in which the command was typed is gone, as a tree is after its work landed. */
export const wayOut = Effect.fnUntraced(function* ({ json, screen }: Pick<Call, "json" | "screen">, typedIn: string) {
  const { root } = yield* Repository
  if (json || existsSync(typedIn)) return
  screen.err(`osier: this folder is gone with its tree; go on in your checkout:\n  ${screen.errPaint.bold(`cd ${quoteWord(root)}`)}`)
})

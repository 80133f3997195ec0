import * as Effect from "effect/Effect"
import { basename, join } from "node:path"
import { quoteWord } from "../../domain/text/quoteWord.ts"
import { Files } from "../../world/machine/files.ts"
import { mainCheckout } from "../../world/git/mainCheckout.ts"
import { Repository } from "../../world/git/repository.ts"

/**
 * What is to be said of a bare repository that is worked in all the same, by `--work-tree`: git keeps an index for that, and
 * nothing tells where the folder is, so that nobody can bring it along when the branch moves.
 */
export const hiddenCheckout = Effect.fn("hiddenCheckout")(function* (branch: string) {
  const files = yield* Files
  const { commonDir } = yield* Repository
  if (basename(commonDir) === ".git" || (yield* files.stat(join(commonDir, "index"))) === undefined) return undefined
  const head = (yield* files.text(join(commonDir, "HEAD")))?.trim()
  if (head !== `ref: refs/heads/${branch}` || (yield* mainCheckout(commonDir)).type !== "bare") return undefined
  const message = `${commonDir} is bare and yet has an index: a folder that is worked in by --work-tree shows what lands on ${branch} as taken back`
  const git = `git --git-dir ${quoteWord(commonDir)} --work-tree <folder>`
  return { message, hint: `Bring it along by hand after a landing: ${git} read-tree -m -u <the commit before> HEAD` }
})

import * as Effect from "effect/Effect"
import { join } from "node:path"
import { quoteWord } from "../../domain/text/quoteWord.ts"
import { Git } from "../../world/git/git.ts"
import { Repository } from "../../world/git/repository.ts"
import { bad, type Check, good } from "../context/check.ts"

/** Refs whose file names no object, as a power cut leaves them: git only warns where it lists them, and can't write them any more. */
export const checkRefs = Effect.fn("checkRefs")(function* () {
  const git = yield* Git
  const { commonDir } = yield* Repository
  const { stderr } = yield* git.run(["--git-dir", commonDir, "for-each-ref", "--format="], { cwd: commonDir })
  const broken = [...stderr.matchAll(/ignoring broken ref (\S+)/g)].map(([, ref = ""]) => ref)
  if (broken.length === 0) return [good("refs", "each names an object")]
  return broken.map((ref): Check => {
    const remove = `rm ${quoteWord(join(commonDir, ref))}`
    // The counter and the locks are made anew from the records of the tasks.
    const made = /^refs\/osier\/(?:ids$|locks\/)/.test(ref)
    const back = `${remove} && git update-ref ${ref} <its last commit: tail -n 1 ${quoteWord(join(commonDir, "logs", ref))}, or git fsck --lost-found>`
    return bad("refs", `${ref} is broken: its file names no object`, made ? remove : back)
  })
})

import * as Effect from "effect/Effect"
import { secretIn } from "../domain/secret.ts"
import { Git } from "../world/git.ts"
import { Repository } from "../world/repository.ts"

/** Lines that a work adds and that look like secrets, as `file:line (what it looks like)`; what they say is never told. */
export const findSecrets = Effect.fn("findSecrets")(function* (base: string, tip: string) {
  const git = yield* Git
  const { commonDir } = yield* Repository
  const flags = ["--unified=0", "--no-color", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all"]
  const diff = yield* git.text(["--git-dir", commonDir, "diff", ...flags, base, tip], { cwd: commonDir })
  const found: string[] = []
  let file = ""
  let line = 0
  // Without context, a file's head ends where its first hunk begins; `+++ ` inside of one is an added line.
  let inside = false
  for (const row of diff.split("\n")) {
    const hunk = /^@@ -\S+ \+(\d+)/.exec(row)
    if (hunk !== null) {
      line = Number(hunk[1])
      inside = true
    } else if (row.startsWith("diff --git ")) inside = false
    else if (!inside && row.startsWith("+++ ")) file = row.slice(4).replace(/^b\/|\t$/g, "")
    else if (inside && row.startsWith("+")) {
      const kind = secretIn(row.slice(1), process.env)
      if (kind !== undefined) found.push(`${file}:${line} (${kind})`)
      line++
    }
  }
  return found
})

import * as Effect from "effect/Effect"
import { binaryBytes, isBinary, lookedBytes } from "../../domain/git/oddity.ts"
import type { Change } from "../../domain/git/oddity.ts"
import { Git } from "../../world/git/git.ts"
import { Objects } from "../../world/git/objects.ts"
import { Repository } from "../../world/git/repository.ts"

/** How the files of one commit or tree differ from those of another; a file that only moved is neither added nor removed. */
export const fileChanges = Effect.fn("fileChanges")(function* (from: string, to: string) {
  const git = yield* Git
  const objects = yield* Objects
  const { commonDir } = yield* Repository
  const at = { cwd: commonDir, env: { GIT_DIR: commonDir } }
  const words = yield* git.fields(["diff-tree", "-r", "-z", "-M", "--raw", "--no-abbrev", from, to], at)
  const changes: Change[] = []
  for (let n = 0; n < words.length;) {
    const [, mode = "", old = "", oid = "", status = ""] = (words[n] ?? "").split(" ")
    const moved = /^[RC]/.test(status)
    const [from = "", to = ""] = words.slice(n + 1, n + 3)
    const path = moved ? to : from
    n += moved ? 3 : 2
    const changed = moved || status === "M" || status === "T"
    const size = status === "D" || mode === "160000" ? 0 : ((yield* objects.look(oid))?.size ?? 0)
    const before = changed ? ((yield* objects.look(old))?.size ?? 0) : undefined
    // What is as large as that anyway is told without a look.
    const looked = size > binaryBytes && size <= lookedBytes ? yield* objects.read(oid) : undefined
    changes.push({
      how: status === "A" ? "added" : status === "D" ? "removed" : "changed",
      path,
      ...(moved ? { from } : {}),
      size,
      ...(before === undefined ? {} : { before }),
      ...(looked === undefined ? {} : { binary: isBinary(looked.data) }),
    })
  }
  return changes
})

import * as Effect from "effect/Effect"
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
    const [, mode = "", , oid = "", status = ""] = (words[n] ?? "").split(" ")
    const moved = /^[RC]/.test(status)
    const path = words[n + (moved ? 2 : 1)] ?? ""
    n += moved ? 3 : 2
    const size = status === "A" && mode !== "160000" ? ((yield* objects.look(oid))?.size ?? 0) : 0
    changes.push({ how: status === "A" ? "added" : status === "D" ? "removed" : "changed", path, size })
  }
  return changes
})

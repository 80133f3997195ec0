import * as Effect from "effect/Effect"
import { binaryBytes, isBinary, lookedBytes } from "../../domain/git/oddity.ts"
import type { Change } from "../../domain/git/oddity.ts"
import type { PathChange } from "../../domain/git/pathChange.ts"
import { Git } from "../../world/git/git.ts"
import { Objects } from "../../world/git/objects.ts"
import { Repository } from "../../world/git/repository.ts"
import { changesBetween } from "./changesBetween.ts"

/** A change, and where its file was when it was moved. */
interface Moved extends PathChange {
  readonly from?: string
}

/** How the files of one commit or tree differ from those of another; a file that only moved is neither added nor removed. */
export const fileChanges = Effect.fn("fileChanges")(function* (from: string, to: string) {
  const plain = yield* changesBetween(from, to)
  const mayMove = plain.some(({ after }) => after === undefined) && plain.some(({ before }) => before === undefined)
  return yield* Effect.forEach(mayMove ? yield* withMoves(from, to) : plain, measured)
})

/** Which file moved where, only git tells. */
const withMoves = Effect.fnUntraced(function* (before: string, after: string) {
  const git = yield* Git
  const { commonDir } = yield* Repository
  const at = { cwd: commonDir, env: { GIT_DIR: commonDir } }
  const words = yield* git.fields(["diff-tree", "-r", "-z", "-M", "--raw", "--no-abbrev", before, after], at)
  const changes: Moved[] = []
  for (let n = 0; n < words.length;) {
    const [oldMode = "", mode = "", old = "", oid = "", status = ""] = (words[n] ?? "").slice(1).split(" ")
    const moved = /^[RC]/.test(status)
    const [from = "", to = ""] = words.slice(n + 1, n + 3)
    n += moved ? 3 : 2
    changes.push({
      path: moved ? to : from,
      ...(moved ? { from } : {}),
      before: status === "A" ? undefined : `${oldMode} ${old}`,
      after: status === "D" ? undefined : `${mode} ${oid}`,
    })
  }
  return changes
})

const measured = Effect.fnUntraced(function* ({ path, from, before, after }: Moved) {
  const objects = yield* Objects
  const size = yield* sizeOf(after)
  // What is as large as that anyway is told without a look.
  const looked = size > binaryBytes && size <= lookedBytes ? yield* objects.read(oidOf(after)) : undefined
  return {
    how: before === undefined ? "added" : after === undefined ? "removed" : "changed",
    path,
    ...(from === undefined ? {} : { from }),
    size,
    ...(before === undefined || after === undefined ? {} : { before: yield* sizeOf(before) }),
    ...(looked === undefined ? {} : { binary: isBinary(looked.data) }),
  } satisfies Change
})

const oidOf = (said: string | undefined): string => said?.split(" ")[1] ?? ""

/** In bytes, of what `mode id` names; a submodule's commit is no file. */
const sizeOf = Effect.fnUntraced(function* (said: string | undefined) {
  if (said === undefined || said.startsWith("160000")) return 0
  const objects = yield* Objects
  return (yield* objects.look(oidOf(said)))?.size ?? 0
})

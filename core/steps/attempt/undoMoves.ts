import * as Effect from "effect/Effect"
import type { RefMove } from "../../domain/git/refMoves.ts"
import { Git } from "../../world/git/git.ts"
import { Objects } from "../../world/git/objects.ts"
import { Refs } from "../../world/git/refs.ts"
import { Repository } from "../../world/git/repository.ts"
import { trySwap } from "../../world/git/trySwap.ts"
import { keepCommit } from "../commit/keepCommit.ts"

/** A move that was taken back, and where what it had brought is kept. */
export interface UndoneMove extends RefMove {
  readonly keep?: string
}

/**
 * Takes back what an attempt did to refs that are not its own: each from exactly the value that the attempt wrote, which is
 * kept first. A ref that somebody moved on since then is left where it is, and named.
 */
export const undoMoves = Effect.fn("undoMoves")(function* (input: {
  readonly moves: readonly RefMove[]
  readonly task: number | string
  readonly attempt: number | string
}) {
  const refs = yield* Refs
  const undone: UndoneMove[] = []
  const left: RefMove[] = []
  // A HEAD that moved went along with its branch, which is here as well.
  for (const move of input.moves.filter((each) => each.ref.startsWith("refs/"))) {
    if ((yield* refs.read(move.ref)) !== move.to) {
      left.push(move)
      continue
    }
    const keep = move.to === undefined ? undefined : yield* keepMoved(input, move.ref, move.to)
    const stashed = move.ref === "refs/stash" && move.to !== undefined
    if (yield* stashed ? dropStash(move) : trySwap([{ ref: move.ref, from: move.to, to: move.from }]))
      undone.push({ ...move, ...(keep === undefined ? {} : { keep }) })
    else left.push(move)
  }
  return { undone, left }
})

const keepMoved = Effect.fnUntraced(function* (
  input: { readonly task: number | string; readonly attempt: number | string },
  ref: string,
  oid: string,
) {
  const objects = yield* Objects
  // A tag of a blob or tree has no history that could be lost; whoever made it can make it again.
  const commit = yield* objects.look(`${oid}^{commit}`)
  if (commit === undefined) return undefined
  const kept = yield* keepCommit({ ...input, commit: commit.oid, reason: `${ref} was moved by the attempt, and moved back` })
  return kept.ref
})

/** The stash is a list kept in a reflog: its entries go one by one, down to the one that was on top before. */
const dropStash = Effect.fnUntraced(function* (move: RefMove) {
  const git = yield* Git
  const { commonDir } = yield* Repository
  if (move.from === undefined) return yield* trySwap([{ ref: move.ref, from: move.to, to: undefined }])
  const entries = yield* git.text(["--git-dir", commonDir, "rev-list", "--walk-reflogs", "--no-abbrev-commit", move.ref], {
    cwd: commonDir,
  })
  const depth = entries.split("\n").indexOf(move.from)
  if (depth < 1) return yield* trySwap([{ ref: move.ref, from: move.to, to: move.from }])
  for (let n = 0; n < depth; n++) {
    yield* git.run(["--git-dir", commonDir, "reflog", "delete", "--updateref", "--rewrite", "refs/stash@{0}"], { cwd: commonDir })
  }
  return true
})

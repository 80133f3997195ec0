import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { isOver } from "../../domain/task/task.ts"
import { isAncestor } from "../../steps/commit/isAncestor.ts"
import { taskRef } from "../../steps/task/record.ts"
import { Journal } from "../../world/journal/journal.ts"
import { Objects } from "../../world/git/objects.ts"
import { Refs } from "../../world/git/refs.ts"
import { trySwap } from "../../world/git/trySwap.ts"
import { Board } from "./board.ts"
import { isWatched, OwnRefs } from "./ownRefs.ts"
import { RunContext } from "./runContext.ts"

/** Takes down where osier's own refs stand, before any agent can reach them. */
export const noteOwnRefs = Effect.fn("noteOwnRefs")(function* () {
  const refs = yield* Refs
  const journal = yield* Journal
  const own = yield* OwnRefs
  own.since = yield* journal.position.pipe(
    Effect.map(({ seq }) => seq),
    Effect.orElseSucceed(() => 0),
  )
  for (const [ref, at] of yield* refs.list("refs/osier/")) if (isWatched(ref) && !own.known.has(ref)) own.known.set(ref, at)
})

/**
 * Compares osier's own refs with what is known of them, by one look at all. What somebody deleted or forged past osier is put
 * back and told: a keep or an evidence that is gone, a record that is gone or does not follow from the one before.
 */
export const mendOwnRefs = Effect.fn("mendOwnRefs")(function* () {
  const refs = yield* Refs
  const { known } = yield* OwnRefs
  const now = yield* refs.list("refs/osier/")
  for (const [ref, at] of [...known]) {
    if (now.get(ref) === at || known.get(ref) !== at) continue
    // Written by ourselves while we looked, or by now.
    const found = yield* refs.read(ref)
    if (known.get(ref) !== at || found === at) continue
    yield* mendOne(ref, at, found)
  }
})

/** The same for the record of one task, before anybody obeys what stands in it. */
export const mendRecord = Effect.fn("mendRecord")(function* (id: number) {
  const refs = yield* Refs
  const { known } = yield* OwnRefs
  const ref = taskRef(id)
  const at = known.get(ref)
  if (at === undefined) return
  const found = yield* refs.read(ref)
  if (found !== at && known.get(ref) === at) yield* mendOne(ref, at, found)
})

const mendOne = Effect.fnUntraced(function* (ref: string, at: string, found: string | undefined) {
  const refs = yield* Refs
  const board = yield* Board
  const own = yield* OwnRefs
  const { shared } = yield* RunContext
  if (yield* isRight(ref, at, found)) {
    if (found === undefined) own.known.delete(ref)
    else own.known.set(ref, found)
    return
  }
  // Where tasks are shared, the remote knows better what a record is.
  if (shared !== undefined && ref.startsWith("refs/osier/tasks/")) {
    if (found === undefined) yield* refs.refresh([ref])
    return
  }
  const back = yield* trySwap([{ ref, from: found, to: at }])
  if (back) yield* board.emit({ type: "RefRestored", ref, restored: at, ...(found === undefined ? {} : { found }) })
})

/** Whether another osier may have done that. */
const isRight = Effect.fnUntraced(function* (ref: string, at: string, found: string | undefined) {
  const objects = yield* Objects
  const board = yield* Board
  if (ref.startsWith("refs/osier/tasks/")) {
    // Every record has the one before as its parent; what is no commit follows from nothing.
    if (found === undefined || (yield* objects.look(found))?.type !== "commit") return false
    return yield* isAncestor(at, found)
  }
  if (ref.startsWith("refs/osier/evidence/")) {
    const task = board.task(Number(ref.split("/").at(-1)))
    return found !== undefined || task === undefined || isOver(task.status)
  }
  return found === undefined && (yield* wasDropped(ref))
})

/** Whether a person gave the keep up by `osier keep drop` meanwhile, which says so. */
const wasDropped = Effect.fnUntraced(function* (ref: string) {
  const journal = yield* Journal
  const { since } = yield* OwnRefs
  const told = yield* journal.read(since).pipe(
    Stream.filter((event) => event.type === "KeepDropped" && event.ref === ref),
    Stream.runHead,
    Effect.orElseSucceed(() => ({ _tag: "None" as const })),
  )
  return told._tag === "Some"
})

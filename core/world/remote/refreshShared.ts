import * as Effect from "effect/Effect"
import { RefFailed } from "../git/refs.ts"
import type { Swap, Unshared } from "../git/refs.ts"
import { type BothSides, broken } from "./bothSides.ts"

/** Makes the copies here of these shared refs equal to the remote; answers with the tasks that only this clone has as they are. */
export const refreshShared = Effect.fnUntraced(function* (sides: BothSides, wanted: readonly string[]) {
  const shared = wanted.flatMap((ref) => sides.names.there(ref) ?? [])
  if (shared.length === 0) return []
  let found = yield* compare(sides, wanted, shared)
  // Between the list and the fetch another clone moved on, and what was listed is nowhere any more.
  for (let round = 1; found.late.length > 0 && round < rounds; round++) found = yield* compare(sides, wanted, shared)
  const late = new Set(found.late.map(({ ref }) => ref))
  const moved = found.moved.filter(({ ref }) => !late.has(ref))
  const unshared = yield* ahead(
    sides,
    moved.filter(({ ref, from }) => from !== undefined && isTask(ref)),
  )
  const missing = [...found.before].filter(([ref]) => !found.there.has(ref))
  const gone = missing.filter(([ref]) => !isTask(ref))
  yield* follow(sides, [
    ...moved.filter(({ from }) => from === undefined || !unshared.has(from)),
    ...gone.map(([ref, from]): Swap => ({ ref, from, to: undefined })),
  ])
  return [
    ...missing.filter(([ref]) => isTask(ref)).map(([ref, here]): Unshared => ({ ref, here, there: undefined })),
    ...moved.flatMap(({ ref, from, to }): readonly Unshared[] =>
      from !== undefined && unshared.has(from) ? [{ ref, here: from, there: to }] : [],
    ),
  ]
})

/** What is here and there below these names, with the objects of what is new brought here. */
const compare = Effect.fnUntraced(function* (sides: BothSides, wanted: readonly string[], shared: readonly string[]) {
  const { remote, door, names } = sides
  const before = yield* standingHere(sides, wanted)
  const heard = yield* remote.list(shared)
  door.heard(heard)
  const there = new Map([...heard].map(([ref, oid]): [string, string] => [names.here(ref), oid]).filter(([ref]) => isWanted(ref, wanted)))
  const moved = [...there].filter(([ref, oid]) => before.get(ref) !== oid).map(([ref, to]): Swap => ({ ref, from: before.get(ref), to }))
  const fetched = remote.fetch(moved.map(({ ref }) => names.there(ref) ?? ref))
  // Fetched without asking whether they are here: a partial clone would answer that by one fetch for each of them.
  // One that was deleted in this moment can't be fetched; the next look sees it gone.
  if (moved.length > 0)
    yield* Effect.catchTag(fetched, "RemoteRefused", (error) => (error.reason === "missing" ? Effect.void : Effect.fail(error)))
  const late = yield* Effect.filter(moved, ({ ref, to }) => Effect.map(isHere(sides, ref, to), (here) => !here))
  return { before, there, moved, late }
})

const standingHere = Effect.fnUntraced(function* ({ local }: BothSides, wanted: readonly string[]) {
  const standing = new Map<string, string>()
  for (const ref of wanted) {
    const here = ref.endsWith("/") ? yield* local.list(ref) : new Map([[ref, yield* local.read(ref)]])
    for (const [one, oid] of here) if (oid !== undefined) standing.set(one, oid)
  }
  return standing
})

const isHere = ({ objects }: BothSides, ref: string, oid: string | undefined) =>
  oid === undefined ? Effect.succeed(true) : Effect.map(Effect.mapError(objects.look(oid), broken(ref)), (found) => found !== undefined)

/** Of these commits of tasks, those with something that the remote's own do not have. */
const ahead = Effect.fnUntraced(function* ({ git, commonDir }: BothSides, pairs: readonly Swap[]) {
  if (pairs.length === 0) return new Set<string>()
  const input = pairs.map(({ from, to }) => `${from}\n^${to}\n`).join("")
  const failed = (error: { readonly message: string }) => new RefFailed({ refs: pairs.map(({ ref }) => ref), reason: error.message })
  const text = yield* git.text(["--git-dir", commonDir, "rev-list", "--stdin"], { cwd: commonDir, input }).pipe(Effect.mapError(failed))
  return new Set(text.split("\n"))
})

/** Moves our copies to what was seen there; another process that saw something newer has moved its copy on already. */
const follow = Effect.fnUntraced(function* ({ local }: BothSides, moves: readonly Swap[]) {
  const each = Effect.forEach(moves, (move) => local.swap([move]).pipe(Effect.catchTag("SwapLost", () => Effect.void)), {
    discard: true,
  })
  if (moves.length > 0) yield* Effect.catchTag(local.swap(moves), "SwapLost", () => each)
})

const isTask = (ref: string): boolean => ref.startsWith("refs/osier/tasks/")

const isWanted = (ref: string, wanted: readonly string[]): boolean =>
  wanted.some((one) => (one.endsWith("/") ? ref.startsWith(one) : ref === one))

/** How often a look is begun anew because another clone was faster. */
const rounds = 5

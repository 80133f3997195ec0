import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ownRefs } from "../../domain/git/remoteNames.ts"
import type { Cleared } from "../door/door.ts"
import { Objects } from "../git/objects.ts"
import type { ObjectFailed } from "../git/objects.ts"
import { Refs } from "../git/refs.ts"
import type { RefTrouble, Swap } from "../git/refs.ts"
import { Remote } from "./remote.ts"
import { RemoteRefused } from "../git/remoteTrouble.ts"

/** Where it is remembered which commit was last seen on the remote, by the rest of the ref's name; only of chains, and only here. */
const remembered = `${ownRefs}wrapped/`

/** The file of a wrapping commit that is the object itself. */
const entry = "record"

const who = "osier <osier@localhost> 0 +0000"

interface Wrapping {
  readonly remote: Remote["Service"]
  readonly objects: Objects["Service"]
  readonly refs: Refs["Service"]
  /** What is inside of which commit, and the other way round, as far as it was seen. */
  readonly inside: Map<string, string>
  readonly around: Map<string, string>
  /** Whether the host lets no branch be rewritten, so that each commit needs the one before. */
  chained: boolean
}

/**
 * The remote for a namespace below `refs/heads/`, where git takes nothing but commits: what of osier's own refs is no commit
 * travels inside one, and everybody above sees only what is inside. Such a commit follows from its content alone, so that
 * what is expected on the remote needs no look there. Where the host lets no branch be rewritten, each one has the one
 * before as its parent; the last one is remembered by a ref here, so that only what is new of a chain ever travels.
 */
export const remoteWrap = Layer.effect(
  Remote,
  Effect.gen(function* () {
    const refs = yield* Refs
    const wrapping: Wrapping = {
      remote: yield* Remote,
      objects: yield* Objects,
      refs,
      inside: new Map(),
      around: new Map(),
      chained: (yield* refs.list(remembered)).size > 0,
    }
    return {
      list: (prefixes) => list(wrapping, prefixes),
      fetch: wrapping.remote.fetch,
      vet: wrapping.remote.vet,
      push: (cleared) => push(wrapping, cleared),
    }
  }),
)

const list = Effect.fn("RemoteWrap.list")(function* (wrapping: Wrapping, prefixes: readonly string[]) {
  const { remote, objects, inside } = wrapping
  const there = yield* remote.list(prefixes)
  const own = [...there].filter(([ref]) => ref.startsWith(ownRefs) && !ref.startsWith(`${ownRefs}tasks/`))
  const strange = yield* told(
    Effect.filter(own, ([, oid]) =>
      inside.has(oid) ? Effect.succeed(false) : Effect.map(objects.look(oid), (found) => found === undefined),
    ),
  )
  // One that moved or went in this moment can't be fetched; its id is told as it is, and the next look sees more.
  const fetched = remote.fetch(strange.map(([ref]) => ref))
  if (strange.length > 0)
    yield* Effect.catchTag(fetched, "RemoteRefused", (error) => (error.reason === "missing" ? Effect.void : Effect.fail(error)))
  const opened = yield* told(
    Effect.forEach(own, ([ref, oid]) => Effect.map(open(wrapping, ref, oid), (found): [string, string] => [ref, found])),
  )
  if (wrapping.chained) yield* told(forget(wrapping, prefixes, there))
  return new Map([...there, ...opened])
})

const push = Effect.fn("RemoteWrap.push")(function* (wrapping: Wrapping, cleared: Cleared) {
  // Another push of this process may learn meanwhile what this one did not know when it began.
  const before = wrapping.chained
  yield* send(wrapping, cleared).pipe(
    Effect.catchIf(
      (error) => error._tag === "RemoteRefused" && error.reason === "history" && !before,
      () =>
        Effect.suspend(() => {
          wrapping.chained = true
          return send(wrapping, cleared)
        }),
    ),
  )
})

const send = Effect.fnUntraced(function* (wrapping: Wrapping, cleared: Cleared) {
  const ready = yield* told(Effect.forEach(cleared.moves, (move) => wrapped(wrapping, move)))
  yield* wrapping.remote.push(cleared.carriedAs(ready.map(({ swap }) => swap)))
  yield* told(Effect.forEach(ready, ({ swap, of }) => settle(wrapping, swap, of)))
})

/** Notes what is on the remote now, after the push of this swap that wraps the object `of`. */
const settle = Effect.fnUntraced(function* (wrapping: Wrapping, { ref, from, to }: Swap, of: string | undefined) {
  if (of !== undefined && to !== undefined) {
    wrapping.inside.set(to, of)
    wrapping.around.set(of, to)
  }
  if (wrapping.chained && ref.startsWith(ownRefs) && (of !== undefined || (to === undefined && from !== undefined)))
    yield* remember(wrapping, ref, to)
})

const wrapped = Effect.fnUntraced(function* (wrapping: Wrapping, swap: Swap) {
  const { ref, from, to } = swap
  if (!ref.startsWith(ownRefs)) return { swap, of: undefined }
  const isPlain = (oid: string) => Effect.map(wrapping.objects.look(oid), (found) => found !== undefined && found.type !== "commit")
  const old = from === undefined || !(yield* isPlain(from)) ? from : yield* standing(wrapping, ref, from)
  if (to === undefined || !(yield* isPlain(to))) return { swap: { ref, from: old, to }, of: undefined }
  return { swap: { ref, from: old, to: yield* wrap(wrapping, to, wrapping.chained && old !== undefined ? [old] : []) }, of: to }
})

/** The commit that stands on the remote around what is expected there. */
const standing = Effect.fnUntraced(function* (wrapping: Wrapping, ref: string, oid: string) {
  const last = wrapping.chained ? yield* wrapping.refs.read(remembered + ref.slice(ownRefs.length)) : undefined
  if (last !== undefined && (yield* open(wrapping, ref, last)) === oid) return last
  return wrapping.around.get(oid) ?? (yield* wrap(wrapping, oid, []))
})

const wrap = Effect.fnUntraced(function* ({ objects }: Wrapping, oid: string, parents: readonly string[]) {
  const tree = yield* objects.writeTree([{ mode: "100644", name: entry, oid }])
  return yield* objects.writeCommit({ tree, parents, message: "osier: not for reading", author: who, committer: who })
})

/** The object in a wrapping commit; the id itself when it wraps nothing, or is not here. */
const open = Effect.fnUntraced(function* (wrapping: Wrapping, ref: string, oid: string) {
  const { objects, inside, around } = wrapping
  const known = inside.get(oid)
  if (known !== undefined) return known
  const found = yield* objects.look(`${oid}:${entry}`)
  if (found === undefined) return oid
  inside.set(oid, found.oid)
  around.set(found.oid, oid)
  if ((yield* objects.look(`${oid}^1`)) !== undefined) {
    wrapping.chained = true
    yield* remember(wrapping, ref, oid)
  }
  return found.oid
})

const remember = Effect.fnUntraced(function* ({ refs }: Wrapping, ref: string, to: string | undefined) {
  const place = remembered + ref.slice(ownRefs.length)
  const from = yield* refs.read(place)
  // Another process that remembers something newer in this moment is as right.
  if (from !== to) yield* Effect.catchTag(refs.swap([{ ref: place, from, to }]), "SwapLost", () => Effect.void)
})

/** What is gone from the remote starts no chain any more. */
const forget = Effect.fnUntraced(function* (wrapping: Wrapping, prefixes: readonly string[], there: ReadonlyMap<string, string>) {
  for (const place of (yield* wrapping.refs.list(remembered)).keys()) {
    const ref = ownRefs + place.slice(remembered.length)
    const asked = prefixes.some((prefix) => ref === prefix || ref.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`))
    if (asked && !there.has(ref)) yield* remember(wrapping, ref, undefined)
  }
})

/** Tells a fault of this clone in the words that a remote's caller expects. */
const told = <A>(effect: Effect.Effect<A, ObjectFailed | RefTrouble>) =>
  Effect.catchTag(effect, ["ObjectFailed", "RefFailed", "WouldPublish"], ({ message }) =>
    Effect.fail(new RemoteRefused({ remote: "this clone", reason: "other", refs: [], said: message })),
  )

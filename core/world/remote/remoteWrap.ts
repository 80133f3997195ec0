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

/**
 * The remote for a namespace below `refs/heads/`, where git takes nothing but commits: what of osier's own refs is no commit
 * travels inside one, and everybody above sees only what is inside. Such a commit follows from its content alone, so that
 * what is expected on the remote needs no look there. Where the host lets no branch be rewritten, each one has the one
 * before as its parent; the last one is remembered by a ref here, so that only what is new of a chain ever travels.
 */
export const remoteWrap = Layer.effect(
  Remote,
  Effect.gen(function* () {
    const remote = yield* Remote
    const objects = yield* Objects
    const refs = yield* Refs
    /** What is inside of which commit, and the other way round, as far as it was seen. */
    const inside = new Map<string, string>()
    const around = new Map<string, string>()
    let chained = (yield* refs.list(remembered)).size > 0

    /** A fault of this clone is told in the words that a remote's caller expects. */
    const told = <A>(effect: Effect.Effect<A, ObjectFailed | RefTrouble>) =>
      Effect.catchTag(effect, ["ObjectFailed", "RefFailed", "WouldPublish"], ({ message }) =>
        Effect.fail(new RemoteRefused({ remote: "this clone", reason: "other", refs: [], said: message })),
      )

    const remember = Effect.fnUntraced(function* (ref: string, to: string | undefined) {
      const place = remembered + ref.slice(ownRefs.length)
      const from = yield* refs.read(place)
      // Whoever else remembers something newer in this moment is as right.
      if (from !== to) yield* Effect.catchTag(refs.swap([{ ref: place, from, to }]), "SwapLost", () => Effect.void)
    })

    /** What is gone from the remote starts no chain any more. */
    const forget = Effect.fnUntraced(function* (prefixes: readonly string[], there: ReadonlyMap<string, string>) {
      for (const place of (yield* refs.list(remembered)).keys()) {
        const ref = ownRefs + place.slice(remembered.length)
        const asked = prefixes.some((prefix) => ref === prefix || ref.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`))
        if (asked && !there.has(ref)) yield* remember(ref, undefined)
      }
    })

    /** The object in a wrapping commit; the id itself when it wraps nothing, or is not here. */
    const open = Effect.fnUntraced(function* (ref: string, oid: string) {
      const known = inside.get(oid)
      if (known !== undefined) return known
      const found = yield* objects.look(`${oid}:${entry}`)
      if (found === undefined) return oid
      inside.set(oid, found.oid)
      around.set(found.oid, oid)
      if ((yield* objects.look(`${oid}^1`)) !== undefined) {
        chained = true
        yield* remember(ref, oid)
      }
      return found.oid
    })

    const wrap = Effect.fnUntraced(function* (oid: string, parents: readonly string[]) {
      const tree = yield* objects.writeTree([{ mode: "100644", name: entry, oid }])
      return yield* objects.writeCommit({ tree, parents, message: "osier: not for reading", author: who, committer: who })
    })

    /** The commit that stands on the remote around what is expected there. */
    const standing = Effect.fnUntraced(function* (ref: string, oid: string) {
      const last = chained ? yield* refs.read(remembered + ref.slice(ownRefs.length)) : undefined
      if (last !== undefined && (yield* open(ref, last)) === oid) return last
      return around.get(oid) ?? (yield* wrap(oid, []))
    })

    const wrapped = Effect.fnUntraced(function* (swap: Swap) {
      const { ref, from, to } = swap
      if (!ref.startsWith(ownRefs)) return { swap, of: undefined }
      const isPlain = (oid: string) => Effect.map(objects.look(oid), (found) => found !== undefined && found.type !== "commit")
      const old = from === undefined || !(yield* isPlain(from)) ? from : yield* standing(ref, from)
      if (to === undefined || !(yield* isPlain(to))) return { swap: { ref, from: old, to }, of: undefined }
      return { swap: { ref, from: old, to: yield* wrap(to, chained && old !== undefined ? [old] : []) }, of: to }
    })

    const send = Effect.fnUntraced(function* (cleared: Cleared) {
      const ready = yield* told(Effect.forEach(cleared.moves, wrapped))
      yield* remote.push(cleared.carriedAs(ready.map(({ swap }) => swap)))
      const settled = Effect.forEach(ready, ({ swap: { ref, from, to }, of }) =>
        Effect.gen(function* () {
          if (of !== undefined && to !== undefined) {
            inside.set(to, of)
            around.set(of, to)
          }
          if (chained && ref.startsWith(ownRefs) && (of !== undefined || (to === undefined && from !== undefined))) yield* remember(ref, to)
        }),
      )
      yield* told(settled)
    })

    return {
      list: Effect.fn("RemoteWrap.list")(function* (prefixes: readonly string[]) {
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
          Effect.forEach(own, ([ref, oid]) => Effect.map(open(ref, oid), (found): [string, string] => [ref, found])),
        )
        if (chained) yield* told(forget(prefixes, there))
        return new Map([...there, ...opened])
      }),
      fetch: remote.fetch,
      vet: remote.vet,
      push: Effect.fn("RemoteWrap.push")(function* (cleared: Cleared) {
        // Another push of this process may learn meanwhile what this one did not know when it began.
        const before = chained
        yield* send(cleared).pipe(
          Effect.catchIf(
            (error) => error._tag === "RemoteRefused" && error.reason === "history" && !before,
            () =>
              Effect.suspend(() => {
                chained = true
                return send(cleared)
              }),
          ),
        )
      }),
    }
  }),
)

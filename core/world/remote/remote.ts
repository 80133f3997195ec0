import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Cleared } from "../door/door.ts"
import type { Swap } from "../git/refs.ts"
import type { PushLost, RemoteRefused, RemoteUnreachable } from "../git/remoteTrouble.ts"
import { remoteLine, type RemotePatience } from "./remoteLine.ts"
import { remotePush } from "./remotePush.ts"
import { fetchRemote, listRemote } from "./remoteRead.ts"
import { vetPush } from "./vetPush.ts"

export { PushLost, RemoteRefused, RemoteUnreachable } from "../git/remoteTrouble.ts"

/** Long enough for a slow line and a slow hook, short enough that a lease can be given up in time. */
const patient: RemotePatience = { list: 60_000, fetch: 600_000, push: 25_000, upload: 600_000, hook: 600_000 }

/**
 * The refs of a git remote: every write is an atomic compare-and-swap, every read is fresh, nobody is asked for a password.
 * All names are this repository's own; where osier's refs live on the remote is a matter of the namespace alone.
 */
export class Remote extends Context.Service<
  Remote,
  {
    /** Every ref at or below these prefixes, with its id, by one process. */
    readonly list: (prefixes: readonly string[]) => Effect.Effect<ReadonlyMap<string, string>, RemoteUnreachable | RemoteRefused>
    /** Brings the objects of these refs or ids here, by one process. No ref here moves, FETCH_HEAD included. */
    readonly fetch: (refs: readonly string[]) => Effect.Effect<void, RemoteUnreachable | RemoteRefused>
    /**
     * All swaps or none, by one process. git can't expect a ref that it doesn't change, and takes an identical object for
     * success: whoever must know that it was *this* push writes objects with a nonce. A branch is never rewritten by it.
     */
    readonly push: (cleared: Cleared) => Effect.Effect<void, PushLost | RemoteUnreachable | RemoteRefused>
    /**
     * Asks the user's own pre-push hook, as `git push` would, and sends nothing. A hook may take minutes, in which leases are
     * renewed: a push that waited for it would always find the locks it relies on written anew.
     */
    readonly vet: (swaps: readonly Swap[]) => Effect.Effect<void, RemoteUnreachable | RemoteRefused>
  }
>()("core/world/Remote") {
  /** A host takes only commits below `refs/heads/`: with a namespace there, `remoteWrap` puts what is none into one. */
  static readonly layer = (name: string, namespace: string, patience: RemotePatience = patient) =>
    Layer.effect(Remote, reach(name, namespace, patience))
}

const reach = Effect.fnUntraced(function* (remote: string, namespace: string, patience: RemotePatience) {
  const line = yield* remoteLine(remote, namespace, patience)
  return {
    list: (prefixes: readonly string[]) => listRemote(line, prefixes),
    fetch: (refs: readonly string[]) => fetchRemote(line, refs),
    push: yield* remotePush(line),
    vet: (swaps: readonly Swap[]) => vetPush(line, swaps),
  }
})

import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Git } from "../../core/world/git/git.ts"
import { Objects } from "../../core/world/git/objects.ts"
import { Remote } from "../../core/world/remote/remote.ts"
import { PushLost, RemoteRefused, RemoteUnreachable } from "../../core/world/git/remoteTrouble.ts"
import { Repository } from "../../core/world/git/repository.ts"
import { sharedRefs } from "../../core/world/remote/sharedRefs.ts"
import { openDoor } from "./cleared.ts"
import { faultyStore, noFaults } from "./faultyStore.ts"
import type { Faults } from "./faultyStore.ts"
import type { Moved, SimStore } from "./simStore.ts"

/**
 * The refs of one clone over a remote that all machines share, by the product's own layer: what is simulated is the network,
 * which may be slow, mishear, and be cut for one machine.
 */
export const simRemote = (options: {
  /** What the remote holds, and what stands in this clone. */
  readonly there: SimStore
  readonly here: SimStore
  readonly roll: () => number
  readonly faults: () => Faults
  readonly isCut: () => boolean
  readonly onSwap: (moves: readonly Moved[]) => void
}) => {
  const { there, here, roll, faults, isCut, onSwap } = options
  const silent = (heard: boolean) => new RemoteUnreachable({ remote: "origin", said: "no answer", heard })
  const pause = Effect.suspend(() => Effect.sleep(Math.ceil(roll() * faults().delayMs)))
  /** A connection that is cut is noticed soon or late, before the question arrived or after. */
  const ask = <A, E>(act: Effect.Effect<A, E>) =>
    Effect.gen(function* () {
      yield* pause
      if (isCut() || roll() < faults().fails) return yield* silent(roll() < 0.5)
      const answer = yield* act
      yield* pause
      if (isCut() || roll() < faults().unheard) return yield* silent(false)
      return answer
    })
  const remote = Layer.succeed(Remote, {
    list: (prefixes) =>
      ask(
        Effect.sync(
          () =>
            new Map(
              [...there.list("refs/")].filter(([ref]) => prefixes.some((one) => ref === one || (one.endsWith("/") && ref.startsWith(one)))),
            ),
        ),
      ).pipe(Effect.mapError(({ said }) => new RemoteUnreachable({ remote: "origin", said, heard: true }))),
    fetch: () => Effect.void,
    vet: () => Effect.void,
    push: ({ moves: swaps }) =>
      ask(
        Effect.suspend((): Effect.Effect<void, PushLost | RemoteRefused> => {
          const refs = swaps.map(({ ref }) => ref)
          if (roll() < faults().refuses) return Effect.fail(new RemoteRefused({ remote: "origin", reason: "hook", refs, said: "not now" }))
          const trouble = there.swap(swaps)
          if (trouble !== undefined) return Effect.fail(new PushLost({ refs, said: trouble.message }))
          onSwap(swaps.map(({ ref, from, to }) => ({ ref, from, to })))
          return Effect.void
        }),
      ),
  })
  const history = (oids: readonly string[]) => {
    const seen = new Set<string>()
    for (const todo = [...oids]; todo.length > 0;) {
      const oid = todo.pop() ?? ""
      if (seen.has(oid)) continue
      seen.add(oid)
      const text = there.read(oid)?.data.toString() ?? ""
      for (const [, parent = ""] of text.slice(0, text.indexOf("\n\n")).matchAll(/^parent (\w+)$/gm)) todo.push(parent)
    }
    return seen
  }
  const unasked = () => Effect.die(new Error("the simulation has no such git command"))
  const git = Layer.succeed(Git, {
    run: unasked,
    fields: unasked,
    /** `rev-list --stdin` alone. */
    text: (_, given) =>
      Effect.sync(() => {
        const rows = String(given?.input ?? "")
          .split("\n")
          .filter(Boolean)
        const not = history(rows.filter((row) => row.startsWith("^")).map((row) => row.slice(1)))
        return [...history(rows.filter((row) => !row.startsWith("^")))].filter((oid) => !not.has(oid)).join("\n")
      }),
  })
  const repository = Layer.succeed(Repository, {
    root: "/sim",
    gitDir: "/sim",
    commonDir: "/sim",
    bare: false,
    objectFormat: "sha1",
    zero: "0".repeat(40),
    own: "/sim/osier",
    name: "sim",
  })
  const clone = faultyStore({ store: here, roll, faults: () => noFaults, onSwap: () => undefined })
  const objects = Layer.effect(Objects, Effect.service(Objects))
  return Layer.merge(objects, sharedRefs("origin").pipe(Layer.provide(Layer.mergeAll(remote, git, repository, openDoor)))).pipe(
    Layer.provide(clone),
  )
}

import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type { RemoteAnswer } from "./remoteAnswer.ts"
import type { Swap } from "../git/refs.ts"
import type { RemoteUnreachable } from "../git/remoteTrouble.ts"

/** What one caller wants pushed, whole or not at all. */
interface Parcel {
  readonly swaps: readonly Swap[]
  readonly answer: Deferred.Deferred<RemoteAnswer, RemoteUnreachable>
}

/** How many refs travel at once: one request must stay small beside a lease. */
const refsMax = 200

/**
 * One push at a time; what waits meanwhile travels together in the next one, so that the signs of life of twenty tasks cost
 * a slow remote one call and not twenty. Each caller still gets an answer of its own: what loses, or is refused, takes
 * nobody else along. Swaps are in the remote's names; only those of which `mayShare` holds travel with others.
 */
export const pushTogether = (
  send: (swaps: readonly Swap[]) => Effect.Effect<RemoteAnswer, RemoteUnreachable>,
  mayShare: (swap: Swap) => boolean,
) =>
  Effect.gen(function* () {
    const turn = yield* Semaphore.make(1)
    let waiting: readonly Parcel[] = []

    /** The first one's company: whoever waits, shares, and moves none of the same refs. */
    const load = (first: Parcel): readonly Parcel[] => {
      const taken = [first]
      const refs = new Set(first.swaps.map(({ ref }) => ref))
      const shares = ({ swaps }: Parcel) => swaps.every(mayShare)
      for (const one of shares(first) ? waiting : []) {
        if (one === first || !shares(one) || refs.size + one.swaps.length > refsMax) continue
        if (one.swaps.some(({ ref }) => refs.has(ref))) continue
        taken.push(one)
        for (const { ref } of one.swaps) refs.add(ref)
      }
      waiting = waiting.filter((one) => !taken.includes(one))
      return taken
    }

    const tell = (parcels: readonly Parcel[], answer: RemoteAnswer) =>
      Effect.forEach(parcels, (one) => Deferred.succeed(one.answer, answer), { discard: true })

    const deliver = (parcels: readonly Parcel[]): Effect.Effect<void> =>
      send(parcels.flatMap(({ swaps }) => swaps)).pipe(
        Effect.matchCauseEffect({
          onFailure: (cause) => Effect.forEach(parcels, (one) => Deferred.failCause(one.answer, cause), { discard: true }),
          onSuccess: (answer) => {
            if (parcels.length === 1 || answer.kind === "done" || answer.kind === "silent") return tell(parcels, answer)
            const named = answer.kind === "busy" ? [] : answer.refs
            const guilty = parcels.filter(({ swaps }) => swaps.some(({ ref }) => named.includes(ref)))
            const others = parcels.filter((one) => !guilty.includes(one))
            // Where all are to blame, or nobody can be told from the others, each is asked for alone.
            if (guilty.length === 0 || others.length === 0) return Effect.forEach(parcels, (one) => deliver([one]), { discard: true })
            return Effect.andThen(
              Effect.forEach(guilty, (one) => deliver([one]), { discard: true }),
              deliver(others),
            )
          },
        }),
      )

    return (swaps: readonly Swap[]): Effect.Effect<RemoteAnswer, RemoteUnreachable> =>
      Effect.suspend(() => {
        const mine: Parcel = { swaps, answer: Deferred.makeUnsafe() }
        waiting = [...waiting, mine]
        const mineWaits = () => waiting.includes(mine)
        const lead = Effect.suspend(() => (mineWaits() ? Effect.uninterruptible(deliver(load(mine))) : Effect.void))
        return turn.withPermit(lead).pipe(
          Effect.onInterrupt(() =>
            Effect.sync(() => {
              waiting = waiting.filter((one) => one !== mine)
            }),
          ),
          Effect.andThen(Deferred.await(mine.answer)),
        )
      })
  })

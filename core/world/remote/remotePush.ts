import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import { ownRefs } from "../../domain/git/remoteNames.ts"
import type { Cleared } from "../door/door.ts"
import type { Swap } from "../git/refs.ts"
import { PushLost, RemoteRefused, RemoteUnreachable } from "../git/remoteTrouble.ts"
import { pushTogether } from "./pushTogether.ts"
import { pushAnswer, type RemoteAnswer } from "./remoteAnswer.ts"
import { busyAgain } from "./remoteBusy.ts"
import { type RemoteLine, talk, unreachable } from "./remoteLine.ts"

/** Pushes swaps, all or none; those of osier's own refs that wait for the line at the same time travel together. */
export const remotePush = Effect.fnUntraced(function* (line: RemoteLine) {
  const { names, patience } = line
  // What is small and renews leases never waits behind the work of a whole branch.
  const uploads = yield* Semaphore.make(1)
  // What people's own branches are moved by goes alone: a hook over there may take its time over it, or refuse it.
  const together = yield* pushTogether(
    (moves) => send(line, moves, patience.push),
    ({ ref }) => names.ours(ref)?.startsWith(ownRefs) === true,
  )
  return Effect.fn("Remote.push")(function* ({ moves: swaps }: Cleared) {
    if (swaps.length === 0) return
    yield* Effect.forEach(swaps, (swap) => forward(line, swap), { discard: true })
    const moves = swaps.map((swap): Swap => ({ ...swap, ref: names.theirs(swap.ref) }))
    const upload = swaps.every(({ ref }) => names.isBranch(ref))
    const answer = upload ? yield* uploads.withPermit(send(line, moves, patience.upload)) : yield* together(moves)
    if (answer.kind !== "done") return yield* pushTrouble(line, swaps, answer)
  })
})

/** A lease lets git rewrite what it guards, so that nothing is rewritten is seen to here. */
const forward = Effect.fnUntraced(function* (line: RemoteLine, { ref, from, to }: Swap) {
  const { remote, names, git, repository } = line
  const { commonDir } = repository
  if (from === undefined || to === undefined || from === to || !names.isBranch(ref)) return
  const asked = yield* git
    .run(["--git-dir", commonDir, "merge-base", "--is-ancestor", from, to], { cwd: commonDir, codes: [0, 1], no: /Not a valid/ })
    .pipe(Effect.mapError((error) => unreachable(remote, error.message)))
  if (asked.code === 0) return
  const said = asked.code === 1 ? `${to} does not contain ${from}` : asked.stderr.trim()
  return yield* new RemoteRefused({ remote, reason: "rewrite", refs: [ref], said })
})

/** One push of these refs, in the remote's names, and the same once more while something there is in use. */
const send = (line: RemoteLine, moves: readonly Swap[], timeoutMs: number) => {
  const leases = moves.map(({ ref, from }) => `--force-with-lease=${ref}:${from ?? ""}`)
  const words = moves.map(({ ref, to }) => `${to ?? ""}:${ref}`)
  const asked = moves.map(({ ref }) => ref)
  const once = Effect.gen(function* () {
    const answer = pushAnswer(yield* talk(line, [...pushing, ...leases, "--", yield* line.place, ...words], timeoutMs), asked)
    return answer.kind === "busy" ? yield* Effect.fail(answer) : answer
  })
  return once.pipe(
    Effect.retry({ schedule: busyAgain, while: (error) => "kind" in error }),
    Effect.catch((error): Effect.Effect<RemoteAnswer, RemoteUnreachable> => ("kind" in error ? Effect.succeed(error) : Effect.fail(error))),
  )
}

const pushTrouble = ({ remote, names }: RemoteLine, swaps: readonly Swap[], answer: Exclude<RemoteAnswer, { readonly kind: "done" }>) => {
  const ours = new Map(swaps.map(({ ref }) => [names.theirs(ref), ref]))
  const own = (refs: readonly string[]) => refs.map((ref) => ours.get(ref) ?? ref)
  if (answer.kind === "lost") return new PushLost({ refs: own(answer.refs), said: answer.said })
  if (answer.kind === "silent") return new RemoteUnreachable({ remote, said: answer.said, heard: !answer.sent })
  if (answer.kind === "busy")
    return new RemoteRefused({ remote, reason: "other", refs: own(swaps.map(({ ref }) => names.theirs(ref))), said: answer.said })
  return new RemoteRefused({ remote, reason: answer.reason, refs: own(answer.refs), said: answer.said })
}

const pushing: readonly string[] = [
  "push",
  "--porcelain",
  "--atomic",
  "--no-progress",
  "--no-verify",
  "--no-follow-tags",
  "--recurse-submodules=no",
]

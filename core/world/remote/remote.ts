import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Semaphore from "effect/Semaphore"
import { join } from "node:path"
import { ownRefs, remoteNames } from "../../domain/git/remoteNames.ts"
import type { Cleared } from "../door/door.ts"
import { Git } from "../git/git.ts"
import { userEnvironment } from "../git/gitEnvironment.ts"
import { Process } from "../machine/process.ts"
import { ownHook } from "./ownHook.ts"
import { pushTogether } from "./pushTogether.ts"
import { answerOf, pushAnswer } from "./remoteAnswer.ts"
import type { RemoteAnswer } from "./remoteAnswer.ts"
import { remoteManner } from "./remoteManner.ts"
import type { RemoteManner } from "./remoteManner.ts"
import { remotePlace } from "./remotePlace.ts"
import { PushLost, RemoteRefused, RemoteUnreachable } from "../git/remoteTrouble.ts"
import type { Swap } from "../git/refs.ts"
import { Repository } from "../git/repository.ts"
import { hooksFolder } from "../git/userHooks.ts"

export { PushLost, RemoteRefused, RemoteUnreachable } from "../git/remoteTrouble.ts"

/** How long, in milliseconds, an answer is waited for. */
export interface Patience {
  readonly list: number
  readonly fetch: number
  readonly push: number
  /** For branches alone, with all that was made on them. */
  readonly upload: number
  readonly hook: number
}

/** Long enough for a slow line and a slow hook, short enough that a lease can be given up in time. */
const patient: Patience = { list: 60_000, fetch: 600_000, push: 25_000, upload: 600_000, hook: 600_000 }

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
  static readonly layer = (name: string, namespace: string, patience: Patience = patient) =>
    Layer.effect(Remote, reach(name, namespace, patience))
}

const reach = Effect.fnUntraced(function* (remote: string, namespace: string, patience: Patience) {
  const processes = yield* Process
  const git = yield* Git
  const repository = yield* Repository
  const { root, commonDir, zero } = repository
  const names = remoteNames(namespace)
  // What is small and renews leases never waits behind the work of a whole branch.
  const uploads = yield* Semaphore.make(1)
  const hooks = hooksFolder().pipe(Effect.provideService(Git, git), Effect.provideService(Repository, repository))
  // Kept only when it is known: an asker that is interrupted must not answer for all who ask later.
  let manner: RemoteManner | undefined
  const quiet = Effect.gen(function* () {
    return (manner ??= yield* remoteManner(remote).pipe(Effect.provideService(Git, git), Effect.provideService(Repository, repository)))
  })
  const silent = (said: string) => new RemoteUnreachable({ remote, said, heard: true })

  // The folder is the user's checkout, because that is what a relative path of a remote is relative to.
  const run = (args: readonly string[], timeoutMs: number, more: { readonly input?: string } = {}) =>
    Effect.gen(function* () {
      const { env, config } = yield* quiet
      return yield* processes.run({
        argv: ["git", ...config, ...args],
        cwd: root,
        // What it starts to get there, such as a credential helper, runs as under the user's own git.
        env: { ...userEnvironment(process.env), ...env },
        timeoutMs,
        ...(more.input === undefined ? {} : { input: more.input }),
      })
    }).pipe(Effect.mapError((error) => silent(error.message)))

  let place: string | undefined
  /** What git shall talk to: where it writes is where it reads, for another repository would answer for none of our swaps. */
  const there = Effect.gen(function* () {
    place ??= yield* remotePlace(remote).pipe(Effect.provideService(Git, git), Effect.provideService(Repository, repository))
    return place
  }).pipe(Effect.mapError((error) => silent(error.message)))

  const list = Effect.fn("Remote.list")(function* (prefixes: readonly string[]) {
    if (prefixes.length === 0) return new Map<string, string>()
    const asked = prefixes.map(names.theirs)
    // Only for branches git lets the server leave out the rest; patterns are matched on this side.
    const branches = asked.every((prefix) => prefix.startsWith("refs/heads/")) ? ["--heads"] : []
    const patterns = asked.flatMap((prefix) => (prefix.endsWith("/") ? [`${prefix}*`] : [prefix, `${prefix}/*`]))
    const ended = yield* run(["ls-remote", "--quiet", ...branches, "--", yield* there, ...patterns], patience.list)
    const answer = answerOf(ended)
    if (answer.kind !== "done") return yield* readTrouble(remote, answer)
    return readRefs(ended.stdout.toString(), (theirs) => {
      const ours = names.ours(theirs)
      return ours !== undefined && prefixes.some((prefix) => isBelow(ours, prefix)) ? ours : undefined
    })
  })

  const fetch = Effect.fn("Remote.fetch")(function* (refs: readonly string[]) {
    if (refs.length === 0) return
    const once = Effect.gen(function* () {
      const ended = yield* run([...fetching, "--", yield* there], patience.fetch, { input: `${refs.map(names.theirs).join("\n")}\n` })
      return halfMade.test(ended.stderr) ? yield* Effect.fail(ended) : answerOf(ended)
    })
    const answer = yield* once.pipe(
      Effect.retry({ schedule: busyAgain, while: (error) => "stderr" in error }),
      Effect.catch((error) => ("stderr" in error ? Effect.succeed(answerOf(error)) : Effect.fail(error))),
    )
    if (answer.kind !== "done") return yield* readTrouble(remote, answer)
  })

  /** A lease lets git rewrite what it guards, so that nothing is rewritten is seen to here. */
  const forward = Effect.fnUntraced(function* ({ ref, from, to }: Swap) {
    if (from === undefined || to === undefined || from === to || !names.isBranch(ref)) return
    const asked = yield* git
      .run(["--git-dir", commonDir, "merge-base", "--is-ancestor", from, to], { cwd: commonDir, codes: [0, 1], no: /Not a valid/ })
      .pipe(Effect.mapError((error) => silent(error.message)))
    if (asked.code === 0) return
    const said = asked.code === 1 ? `${to} does not contain ${from}` : asked.stderr.trim()
    return yield* new RemoteRefused({ remote, reason: "rewrite", refs: [ref], said })
  })

  /** One push of these refs, in the remote's names, and the same once more while something there is in use. */
  const send = (moves: readonly Swap[], timeoutMs: number) => {
    const leases = moves.map(({ ref, from }) => `--force-with-lease=${ref}:${from ?? ""}`)
    const words = moves.map(({ ref, to }) => `${to ?? ""}:${ref}`)
    const asked = moves.map(({ ref }) => ref)
    const once = Effect.gen(function* () {
      const answer = pushAnswer(yield* run([...pushing, ...leases, "--", yield* there, ...words], timeoutMs), asked)
      return answer.kind === "busy" ? yield* Effect.fail(answer) : answer
    })
    return once.pipe(
      Effect.retry({ schedule: busyAgain, while: (error) => "kind" in error }),
      Effect.catch((error): Effect.Effect<RemoteAnswer, RemoteUnreachable> =>
        "kind" in error ? Effect.succeed(error) : Effect.fail(error),
      ),
    )
  }
  // What people's own branches are moved by goes alone: a hook over there may take its time over it, or refuse it.
  const together = yield* pushTogether(
    (moves) => send(moves, patience.push),
    ({ ref }) => names.ours(ref)?.startsWith(ownRefs) === true,
  )

  const push = Effect.fn("Remote.push")(function* ({ moves: swaps }: Cleared) {
    if (swaps.length === 0) return
    yield* Effect.forEach(swaps, forward, { discard: true })
    const theirs = swaps.map((swap) => names.theirs(swap.ref))
    const ours = new Map(swaps.map((swap) => [names.theirs(swap.ref), swap.ref]))
    const moves = swaps.map((swap): Swap => ({ ...swap, ref: names.theirs(swap.ref) }))
    const upload = swaps.every(({ ref }) => names.isBranch(ref))
    const answer = upload ? yield* uploads.withPermit(send(moves, patience.upload)) : yield* together(moves)
    const own = (refs: readonly string[]) => refs.map((ref) => ours.get(ref) ?? ref)
    if (answer.kind === "done") return
    if (answer.kind === "lost") return yield* new PushLost({ refs: own(answer.refs), said: answer.said })
    if (answer.kind === "silent") return yield* new RemoteUnreachable({ remote, said: answer.said, heard: !answer.sent })
    if (answer.kind === "busy") return yield* new RemoteRefused({ remote, reason: "other", refs: own(theirs), said: answer.said })
    return yield* new RemoteRefused({ remote, reason: answer.reason, refs: own(answer.refs), said: answer.said })
  })

  const vet = Effect.fn("Remote.vet")(function* (swaps: readonly Swap[]) {
    const told = (error: { readonly message: string }) => silent(error.message)
    const hook = join(yield* Effect.mapError(hooks, told), "pre-push")
    const url = yield* Effect.mapError(git.text(["remote", "get-url", "--push", remote], { cwd: root }), told)
    const rows = swaps.map(({ ref, from = zero, to = zero }) => `${to} ${to} ${names.theirs(ref)} ${from}\n`)
    const asked = { hook, args: [remote, url], cwd: root, input: rows.join(""), timeoutMs: patience.hook }
    const no = ownHook(asked).pipe(Effect.provideService(Git, git), Effect.provideService(Process, processes))
    const said = yield* Effect.mapError(no, told)
    if (said === undefined) return
    return yield* new RemoteRefused({ remote, reason: "own hook", refs: swaps.map(({ ref }) => ref), said })
  })

  return { list, fetch, push, vet }
})

const fetching: readonly string[] = [
  "fetch",
  "--quiet",
  "--no-write-fetch-head",
  "--no-tags",
  "--no-prune",
  "--no-auto-maintenance",
  "--no-show-forced-updates",
  "--no-recurse-submodules",
  "--refmap=",
  "--stdin",
]
const pushing: readonly string[] = [
  "push",
  "--porcelain",
  "--atomic",
  "--no-progress",
  "--no-verify",
  "--no-follow-tags",
  "--recurse-submodules=no",
]

/** git looks at the HEAD of every worktree when it fetches; one that is being made in this moment has none yet. */
const halfMade = /bad object worktrees\//

const busyAgain = Schedule.min([Schedule.exponential("20 millis"), Schedule.spaced("500 millis")]).pipe(
  Schedule.jittered,
  Schedule.upTo({ times: 10 }),
)

const readTrouble = (remote: string, answer: Exclude<RemoteAnswer, { readonly kind: "done" }>): RemoteUnreachable | RemoteRefused =>
  answer.kind === "refused"
    ? new RemoteRefused({ remote, reason: answer.reason, refs: answer.refs, said: answer.said })
    : new RemoteUnreachable({ remote, said: answer.said, heard: true })

const isBelow = (ref: string, prefix: string): boolean => ref === prefix || ref.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`)

const readRefs = (text: string, ours: (theirs: string) => string | undefined): ReadonlyMap<string, string> =>
  new Map(
    text.split("\n").flatMap((row): readonly [string, string][] => {
      const [id, theirs] = row.split("\t")
      const ref = id === undefined || theirs === undefined ? undefined : ours(theirs)
      return id === undefined || ref === undefined ? [] : [[ref, id]]
    }),
  )

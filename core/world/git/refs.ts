import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Semaphore from "effect/Semaphore"
import { stat } from "node:fs/promises"
import { gitWords } from "../../domain/git/gitWords.ts"
import { span } from "../../domain/text/plainText.ts"
import { quoteWord } from "../../domain/text/quoteWord.ts"
import { askedAgain, conversation } from "../machine/conversation.ts"
import { Git, pinned } from "./git.ts"
import { machineEnvironment } from "./gitEnvironment.ts"
import { Objects } from "./objects.ts"
import { refList } from "./refList.ts"
import { RefIntent } from "./refIntent.ts"
import type { RemoteRefused, RemoteUnreachable, WouldPublish } from "./remoteTrouble.ts"
import { Repository } from "./repository.ts"
import { Environment } from "../machine/environment.ts"

/** Another writer was first: at least one ref was not where the caller expected it. Read again and decide anew. */
export class SwapLost extends Data.TaggedError("SwapLost")<{
  readonly refs: readonly string[]
  readonly said: string
  /** A lock file that was in the way before. */
  readonly lock?: string
}> {
  override get message() {
    return `${this.refs.join(", ")} moved meanwhile`
  }
}

/** A ref could not be read or written for a reason that trying again does not mend. */
export class RefFailed extends Data.TaggedError("RefFailed")<{
  readonly refs: readonly string[]
  readonly reason: string
  /** The lock file of git's that is in the way. */
  readonly lock?: string
  /** The file of a ref is damaged; one of another name can be written. */
  readonly broken?: boolean
}> {
  override get message() {
    return `cannot update ${this.refs.join(", ")}: ${this.reason}`
  }
  get hint() {
    return this.lock === undefined
      ? "Run `osier doctor` to see what is wrong with the repository."
      : `It goes on when that file is gone. If no git is at work here any more, remove it: \`rm ${quoteWord(this.lock)}\`; \`osier doctor\` lists all such files.`
  }
  readonly exit = 3
}

/** Whether a name can't be had, because it is somebody's or its file is damaged: the next one may be free. */
export const isTaken = (error: { readonly _tag: string; readonly broken?: boolean }): boolean =>
  error._tag === "SwapLost" || (error._tag === "RefFailed" && error.broken === true)

/** One compare-and-swap. `from` undefined: expected absent; `to` undefined: delete. */
export interface Swap {
  readonly ref: string
  readonly from: string | undefined
  readonly to: string | undefined
}

/** A ref that must be where it is expected, in the same transaction, without being changed. */
export interface Expect {
  readonly ref: string
  readonly at: string | undefined
  /** A remote verifies only what it writes: called with the id of the same lock, written anew, when that was needed. */
  readonly onRewritten?: (oid: string) => void
}

/** A ref that holds something here which the remote does not have; `there` undefined: it has none of that name. */
export interface Unshared {
  readonly ref: string
  readonly here: string
  readonly there: string | undefined
}

/** Nothing moved, for a reason other than another writer. */
export type RefTrouble = RefFailed | RemoteUnreachable | RemoteRefused | WouldPublish

/** The refs of the repository: every write is a compare-and-swap, every read is fresh. */
export class Refs extends Context.Service<
  Refs,
  {
    readonly read: (ref: string) => Effect.Effect<string | undefined, RefFailed>
    /** Every ref below the prefix, with the fields asked for in for-each-ref's words. */
    readonly list: (prefix: string) => Effect.Effect<ReadonlyMap<string, string>, RefFailed>
    readonly swap: (swaps: readonly Swap[], expect?: readonly Expect[]) => Effect.Effect<void, SwapLost | RefTrouble>
    /** Asks the user's pre-push hook about moves that a push is about to make; without a remote there is nothing to ask. */
    readonly vet: (swaps: readonly Swap[]) => Effect.Effect<void, RefTrouble>
    /**
     * Looks at the remote, where there is one, for these refs and all below the prefixes that end in a slash. Answers with
     * the tasks that stand here as the remote does not have them; these are left as they are.
     */
    readonly refresh: (names: readonly string[]) => Effect.Effect<readonly Unshared[], RefTrouble>
  }
>()("core/world/Refs") {
  static readonly layer = Layer.effect(
    Refs,
    Effect.gen(function* () {
      const { commonDir, zero } = yield* Repository
      const git = yield* Git
      const env = machineEnvironment(yield* Environment)
      const intent = yield* RefIntent
      const objects = yield* Objects
      const writer = yield* conversation(
        {
          argv: ["git", ...pinned({ "core.fsync": "committed,reference" }), "--git-dir", commonDir, ...transactions],
          cwd: commonDir,
          env,
        },
        { alone: true, onStart: intent.started },
      )
      const reader = yield* conversation({
        argv: ["git", ...pinned(), "--git-dir", commonDir, "cat-file", "--batch-command"],
        cwd: commonDir,
        env,
      })
      const below = refList(git, commonDir)
      const list = (prefix: string) => Effect.mapError(below(prefix), ({ message }) => new RefFailed({ refs: [prefix], reason: message }))
      const read = (ref: string) =>
        reader.ask(`info ${ref}\n`, readInfo).pipe(
          askedAgain,
          Effect.mapError((error) => new RefFailed({ refs: [ref], reason: error.message })),
        )
      // What is announced must be what git is about to do, and nothing of ours may be at work where a sweep looks.
      const turn = yield* Semaphore.make(1)
      const once = (swaps: readonly Swap[], expect: readonly Expect[], refs: readonly string[]) =>
        intent.around(refs, writer.ask(transaction(swaps, expect, zero), readCommit)).pipe(
          Effect.mapError((error) => explain(refs, error.stderr, error.silentSeconds)),
          Effect.tapError((error) => (error._tag === "RefDoubt" ? intent.sweepOwn : Effect.void)),
          turn.withPermits(1),
        )
      const swap = Effect.fnUntraced(function* (swaps: readonly Swap[], expect: readonly Expect[] = []) {
        const refs = [...swaps.map((each) => each.ref), ...expect.map((each) => each.ref)]
        yield* Effect.mapError(objects.settle, ({ message }) => new RefFailed({ refs, reason: message }))
        const began = yield* Clock.monotonicTimeNanos
        let rest = swaps
        let lock: string | undefined
        let doubts = 0
        for (let tries = 0; ; tries++) {
          const error = yield* once(rest, expect, refs).pipe(Effect.as(undefined), Effect.catch(Effect.succeed))
          if (error === undefined) return
          if (error._tag === "SwapLost") return yield* new SwapLost({ ...error, ...(lock === undefined ? {} : { lock }) })
          if (error._tag === "RefFailed") return yield* error
          if (error._tag === "RefDoubt") {
            // git ended without a word, as when the system kills it: all of it may have happened, a part, or nothing.
            const seen = yield* Effect.forEach(rest, (each) => Effect.map(read(each.ref), (at) => ({ each, done: at === each.to })))
            rest = seen.flatMap(({ each, done }) => (done ? [] : [each]))
            if (rest.length === 0) return
            doubts += error.weight
            if (doubts > killsMax) return yield* new RefFailed({ refs, reason: error.said || "git was killed at it, again and again" })
            continue
          }
          lock = error.lock
          const waitedMs = Number((yield* Clock.monotonicTimeNanos) - began) / 1_000_000
          if (waitedMs > busyMs) return yield* blockedBy(refs, error)
          // A reader such as `git pack-refs` may hold a lock for a moment; one whose writer is dead is removed by its intent.
          yield* intent.sweep
          yield* Effect.sleep(Math.min(10 * 2 ** tries, 300) * (0.5 + (yield* Random.next)))
        }
      })
      return { list, swap, read, refresh: () => Effect.succeed([]), vet: () => Effect.void }
    }),
  )
}

/** The message is what people find in the reflog of a branch of theirs, and of HEAD. */
const transactions = ["update-ref", "-m", "osier", "--no-deref", "--stdin"]

class RefBusy extends Data.TaggedError("RefBusy")<{ readonly said: string; readonly lock: string | undefined }> {}

class RefDoubt extends Data.TaggedError("RefDoubt")<{ readonly said: string; readonly weight: number }> {}

/** How often a git that was killed is started again for one act. */
const killsMax = 4

/** How long a lock file that another git holds is waited for: less than the time in which a lease is renewed. */
const busyMs = 8_000

/** The file that is in the way, and for how long it has stood there: a living git is through in a moment. */
const blockedBy = Effect.fnUntraced(function* (refs: readonly string[], { said, lock }: RefBusy) {
  if (lock === undefined) return yield* new RefFailed({ refs, reason: gitWords(said) })
  const born = yield* Effect.promise(() =>
    stat(lock).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    ),
  )
  const age = born === undefined ? "" : `, and has stood there for ${span(Math.max(1000, (yield* Clock.currentTimeMillis) - born))}`
  return yield* new RefFailed({ refs, reason: `the lock file ${lock} of another git process is in the way${age}`, lock })
})

/** Written in one go, so that the process is never left with a prepared transaction and its lock files. */
const transaction = (swaps: readonly Swap[], expect: readonly Expect[], zero: string): string =>
  [
    "start",
    ...expect.map((each) => `verify ${each.ref} ${each.at ?? zero}`),
    ...swaps.map((each) =>
      each.to === undefined ? `delete ${each.ref} ${each.from ?? zero}` : `update ${each.ref} ${each.to} ${each.from ?? zero}`,
    ),
    "commit",
    "",
  ].join("\n")

const readCommit = (bytes: Buffer) => {
  const at = bytes.indexOf("commit: ok\n")
  return at < 0 ? undefined : { used: at + 11, value: undefined }
}

const readInfo = (bytes: Buffer) => {
  const end = bytes.indexOf(10)
  if (end < 0) return undefined
  const word = bytes.subarray(0, end).toString().split(" ")[0]
  return { used: end + 1, value: word !== undefined && /^[0-9a-f]{40,64}$/.test(word) ? word : undefined }
}

/** Every spelling that git has for "another was first", told from a lock that is held and from all else. */
const explain = (refs: readonly string[], said: string, silentSeconds?: number) => {
  // Nobody was first: the file of the ref is damaged, and will be the next time.
  if (/reference broken/i.test(said)) return new RefFailed({ refs, reason: gitWords(said), broken: true })
  if (/but expected|reference already exists|unable to resolve reference|reference is missing|expected .* but is/i.test(said)) {
    return new SwapLost({ refs, said: said.trim() })
  }
  const lock = /Unable to create '(.+\.lock)'/.exec(said)?.[1]
  if (lock !== undefined || /File exists|could not lock|packed-refs\.lock/i.test(said)) return new RefBusy({ said: said.trim(), lock })
  if (said.trim() === "" || /couldn't set '/.test(said)) {
    // One that had to be ended after minutes of silence is asked once more, and no oftener.
    return new RefDoubt({ said: gitWords(said), weight: silentSeconds === undefined ? 1 : killsMax })
  }
  return new RefFailed({ refs, reason: gitWords(said) })
}

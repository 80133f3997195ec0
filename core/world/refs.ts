import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { conversation } from "./conversation.ts"
import { Git, pinned } from "./git.ts"
import { machineEnvironment } from "./gitEnvironment.ts"
import { Objects } from "./objects.ts"
import { RefIntent } from "./refIntent.ts"
import type { RemoteRefused, RemoteUnreachable } from "./remoteTrouble.ts"
import { Repository } from "./repository.ts"

/** Another writer was first: at least one ref was not where the caller expected it. Read again and decide anew. */
export class SwapLost extends Data.TaggedError("SwapLost")<{ readonly refs: readonly string[]; readonly said: string }> {
  override get message() {
    return `${this.refs.join(", ")} moved meanwhile`
  }
}

/** A ref could not be read or written for a reason that trying again does not mend. */
export class RefFailed extends Data.TaggedError("RefFailed")<{ readonly refs: readonly string[]; readonly reason: string }> {
  override get message() {
    return `cannot update ${this.refs.join(", ")}: ${this.reason}`
  }
  get hint() {
    return this.reason.includes(".lock")
      ? "Another git process holds the ref's lock file, or one died; `osier doctor` tells which."
      : "Run `osier doctor` to see what is wrong with the repository."
  }
  readonly exit = 3
}

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
export type RefTrouble = RefFailed | RemoteUnreachable | RemoteRefused

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
      const intent = yield* RefIntent
      const objects = yield* Objects
      const writer = yield* conversation(
        {
          argv: ["git", ...pinned({ "core.fsync": "committed,reference" }), "--git-dir", commonDir, ...transactions],
          cwd: commonDir,
          env: machineEnvironment(process.env),
        },
        { alone: true, onStart: intent.started },
      )
      const reader = yield* conversation({
        argv: ["git", ...pinned(), "--git-dir", commonDir, "cat-file", "--batch-command"],
        cwd: commonDir,
        env: machineEnvironment(process.env),
      })
      const list = (prefix: string) =>
        git.run(["--git-dir", commonDir, "for-each-ref", "--format=%(objectname) %(refname)", prefix], { cwd: commonDir }).pipe(
          Effect.map((ended) => parseList(ended.stdout.toString())),
          Effect.mapError((error) => new RefFailed({ refs: [prefix], reason: error.message })),
        )
      const swap = (swaps: readonly Swap[], expect: readonly Expect[] = []) => {
        const refs = [...swaps.map((each) => each.ref), ...expect.map((each) => each.ref)]
        const once = intent.around(
          refs,
          writer.ask(transaction(swaps, expect, zero), readCommit).pipe(Effect.mapError((error) => explain(refs, error.stderr))),
        )
        const settled = Effect.mapError(objects.settle, ({ message }) => new RefFailed({ refs, reason: message }))
        return Effect.andThen(settled, once).pipe(
          // A reader such as `git pack-refs` may hold a lock for a moment; a lock whose writer is dead is removed by its intent.
          Effect.tapError((error) => (error._tag === "RefBusy" ? intent.sweep : Effect.void)),
          Effect.retry({ schedule: busyAgain, while: (error) => error._tag === "RefBusy" }),
          Effect.catchTag("RefBusy", (error) => Effect.fail(new RefFailed({ refs, reason: error.said }))),
        )
      }
      const read = (ref: string) =>
        reader.ask(`info ${ref}\n`, readInfo).pipe(Effect.mapError((error) => new RefFailed({ refs: [ref], reason: error.message })))
      return { list, swap, read, refresh: () => Effect.succeed([]), vet: () => Effect.void }
    }),
  )
}

/** The message is what people find in the reflog of a branch of theirs, and of HEAD. */
const transactions = ["update-ref", "-m", "osier", "--no-deref", "--stdin"]

class RefBusy extends Data.TaggedError("RefBusy")<{ readonly said: string }> {}

const busyAgain = Schedule.min([Schedule.exponential("10 millis"), Schedule.spaced("300 millis")]).pipe(
  Schedule.jittered,
  Schedule.upTo({ times: 14 }),
)

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
const explain = (refs: readonly string[], said: string) => {
  if (/but expected|reference already exists|unable to resolve reference|reference is missing|expected .* but is/i.test(said)) {
    return new SwapLost({ refs, said: said.trim() })
  }
  if (/Unable to create .*\.lock|File exists|could not lock|packed-refs\.lock/i.test(said)) return new RefBusy({ said: said.trim() })
  return new RefFailed({ refs, reason: said.trim() || "git ended without a word" })
}

const parseList = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text
      .split("\n")
      .filter((row) => row !== "")
      .map((row): [string, string] => [row.slice(row.indexOf(" ") + 1), row.slice(0, row.indexOf(" "))]),
  )

import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { BigIntStats } from "node:fs"
import { join } from "node:path"
import type { PathChange } from "../../domain/git/pathChange.ts"
import { exactState } from "../../world/machine/exactState.ts"
import { Files } from "../../world/machine/files.ts"
import { Git } from "../../world/git/git.ts"
import { Objects } from "../../world/git/objects.ts"
import { Repository } from "../../world/git/repository.ts"
import { gitIn } from "./checkout.ts"
import type { Checkout } from "./checkout.ts"

/** A file that git calls changed although it is what git itself writes for its commit. */
export interface Phantom {
  /** `mode oid`, as the index has it. */
  readonly before: string
  /** Its state before anybody looked at its content. */
  readonly state: BigIntStats
}

/** Files as large as that are changed when git says so. */
const mostBytes = 32_000_000n

/**
 * Those of the changes that nobody made: the commit broke line-end rules that hold for the file, so that git would store it
 * in another way whenever it looks. Its bytes are those of the commit, or those that a checkout makes of them.
 */
export const phantomsAmong = Effect.fn("phantomsAmong")(function* (checkout: Checkout, changes: readonly PathChange[]) {
  const found = new Map<string, Phantom>()
  for (const { path, before, after } of changes) {
    if (before === undefined || before.split(" ")[0] !== after?.split(" ")[0] || !before.startsWith("100")) continue
    const state = yield* written(checkout, path, before)
    if (state !== undefined) found.set(path, { before, state })
  }
  return found
})

/** The state that a phantom had before it was read, in a second that is over; undefined when the file is none. */
const written = Effect.fnUntraced(function* (checkout: Checkout, path: string, before: string) {
  const at = join(checkout.path, path)
  const look = Effect.gen(function* () {
    const state = yield* exactState(at)
    if (state?.isFile() !== true || state.size > mostBytes) return undefined
    return (yield* isWritten(checkout, path, before)) ? state : undefined
  })
  const state = yield* look
  if (state === undefined) return undefined
  const left = Number(state.mtimeMs / 1000n + 1n) * 1000 - (yield* Clock.currentTimeMillis)
  if (left <= 0 || left > 1000) return state
  // git counts in seconds: of an index as young as the file it believes nothing, and a change within the second shows no trace.
  yield* Effect.sleep(left)
  return yield* look
})

const isWritten = Effect.fnUntraced(function* (checkout: Checkout, path: string, before: string) {
  const files = yield* Files
  const git = yield* Git
  const objects = yield* Objects
  const { commonDir } = yield* Repository
  const oid = before.split(" ")[1] ?? ""
  const now = yield* files.read(join(checkout.path, path)).pipe(Effect.orElseSucceed(() => undefined))
  const stored = (yield* objects.read(oid))?.data
  if (now === undefined || stored === undefined) return false
  if (now.equals(stored)) return true
  // Only where nothing but line ends differ is it worth to ask git what it would write.
  if (withoutReturns(now) !== withoutReturns(stored)) return false
  const asked = git.run(["cat-file", "--filters", `--path=${path}`, oid], { ...gitIn(checkout, commonDir), codes: [0] })
  return yield* asked.pipe(
    Effect.map(({ stdout }) => now.equals(stdout)),
    Effect.catchTag("GitFailed", () => Effect.succeed(false)),
  )
})

const withoutReturns = (data: Buffer): string => data.toString("latin1").replaceAll("\r", "")

import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { join } from "node:path"
import { AttemptState } from "../../domain/task/attemptState.ts"
import { limitRounds } from "../../steps/lock/limitRounds.ts"
import { demandHeld, fenceOf } from "../../steps/lock/lock.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { Files } from "../../world/machine/files.ts"
import { Objects } from "../../world/git/objects.ts"
import { Refs } from "../../world/git/refs.ts"
import { Repository } from "../../world/git/repository.ts"
import { trySwap } from "../../world/git/trySwap.ts"
import { RunContext } from "../context/runContext.ts"

/** Where it is known which attempts are on; only on this machine, as their trees are. */
export const attemptRefs = "refs/osier/attempts/"

const refOf = (task: number): string => `${attemptRefs}${task}`

const Text = Schema.fromJsonString(AttemptState)

/** The folder of one attempt's own files, beside the repository and not in its tree. */
export const attemptFolder = Effect.fnUntraced(function* (task: number, { attempt, nonce }: Pick<AttemptState, "attempt" | "nonce">) {
  const { own } = yield* Repository
  return join(own, "attempts", `${task}-${attempt}-${nonce}`)
})

/** Of attempts that are over: what they did is recorded. */
export const dropAttemptFolders = Effect.fn("dropAttemptFolders")(function* (task: number) {
  const files = yield* Files
  const { own } = yield* Repository
  const folder = join(own, "attempts")
  for (const name of yield* files.list(folder)) if (name.startsWith(`${task}-`)) yield* files.remove(join(folder, name))
})

/** How far the newest attempt at a task has come; undefined when none was begun, or nobody can read it. */
export const readAttempt = Effect.fn("readAttempt")(function* (task: number) {
  const objects = yield* Objects
  const found = yield* objects.read(refOf(task))
  return Option.getOrUndefined(Schema.decodeUnknownOption(Text)(found?.data.toString() ?? ""))
})

/**
 * Writes it down, by a swap that holds only while the task is ours: an owner that lost it changes nothing, and what somebody
 * else than an owner wrote there meanwhile does not stay.
 */
export const writeAttempt = Effect.fn("writeAttempt")(function* (held: Held, state: Omit<AttemptState, "fence">) {
  const refs = yield* Refs
  const objects = yield* Objects
  const { shared } = yield* RunContext
  const ref = refOf(Number(held.name))
  const to = yield* objects.writeBlob(`${JSON.stringify({ ...state, fence: held.fence })}\n`)
  const goOn = yield* limitRounds([ref])
  for (;;) {
    yield* goOn
    const from = yield* refs.read(ref)
    // A remote verifies only what is pushed there, and this stays here.
    if (shared !== undefined) yield* demandHeld(held)
    if (yield* trySwap([{ ref, from, to }], shared === undefined ? [fenceOf(held)] : [])) return
    yield* demandHeld(held)
  }
})

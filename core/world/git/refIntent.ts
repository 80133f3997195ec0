import * as Context from "effect/Context"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { mkdirSync, writeFileSync } from "node:fs"
import * as fs from "node:fs/promises"
import { dirname, join } from "node:path"
import { ProcessIdentity } from "../../domain/lock/processIdentity.ts"
import type { Liveness } from "../../domain/lock/processIdentity.ts"
import { Machine } from "../machine/machine.ts"
import { unlessAbsent } from "../machine/patience.ts"
import { processTable } from "../machine/processTable.ts"
import { Repository } from "./repository.ts"

const Intent = Schema.fromJsonString(Schema.Struct({ owner: ProcessIdentity, git: Schema.Natural, refs: Schema.Array(Schema.String) }))

/** Whose a lock file is by what was written down before it was made. */
export interface Announced {
  readonly owner: ProcessIdentity
  readonly alive: Liveness
}

/**
 * Which refs this process is about to move, written down before, so that a lock file left by a killed git can be told from
 * one that is in use. Only what is listed here, by a process proven dead, and as old as the intent, is ever removed.
 */
export class RefIntent extends Context.Service<
  RefIntent,
  {
    readonly started: (pid: number) => void
    readonly around: <A, E>(refs: readonly string[], transaction: Effect.Effect<A, E>) => Effect.Effect<A, E>
    /** Removes the lock files of processes that are proven dead; answers with them. */
    readonly sweep: Effect.Effect<readonly string[]>
    /** The same for what this process announced last, after its git died at it and before anything else is announced. */
    readonly sweepOwn: Effect.Effect<readonly string[]>
    /** Lock files that are announced by somebody, whoever that is, with whether the process lives. */
    readonly announced: Effect.Effect<ReadonlyMap<string, Announced>>
  }
>()("core/world/RefIntent") {
  static readonly layer = Layer.effect(
    RefIntent,
    Effect.gen(function* () {
      const { own, commonDir } = yield* Repository
      const machine = yield* Machine
      const folder = join(own, "intents")
      const file = join(folder, `${machine.self.pid}-${machine.self.started.replaceAll(/\W/g, "")}.json`)
      const intents: Intents = { machine, commonDir, folder, file, git: 0, refs: [] }
      yield* Effect.addFinalizer(() => forget(intents))
      return {
        started: (pid) => {
          intents.git = pid
          write(intents)
        },
        around: (refs, transaction) =>
          Effect.suspend(() => {
            intents.refs = refs
            write(intents)
            return transaction
          }),
        sweep: Effect.gen(function* () {
          return (yield* Effect.forEach(yield* written(folder), (path) => sweepOne(intents, path))).flat()
        }),
        sweepOwn: Effect.uninterruptible(sweepOwn(intents)),
        announced: announced(intents),
      }
    }),
  )
}

interface Intents {
  readonly machine: Machine["Service"]
  readonly commonDir: string
  /** Where the intents of all processes lie, and the one of this process. */
  readonly folder: string
  readonly file: string
  /** The git that moves refs for this process, and those it was told to move last. */
  git: number
  refs: readonly string[]
}

/** Writes down what this process is about to do. The disk may be full; the swap itself then says so. */
const write = ({ machine, file, git, refs }: Intents): void => {
  const text = JSON.stringify({ owner: machine.self, git, refs })
  try {
    writeFileSync(file, text)
  } catch {
    try {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
    } catch {
      return
    }
  }
}

/** Removes this process's own intent, unless a lock file still stands that can be told from another's by it alone. */
const forget = Effect.fnUntraced(function* (intents: Intents) {
  const standing = yield* Effect.forEach(locksOf(intents, intents.refs), bornAt)
  if (standing.some((born) => born !== undefined)) return
  yield* remove(intents.file)
})

const locksOf = ({ commonDir }: Intents, refs: readonly string[]) =>
  [...refs, "packed-refs", "HEAD"].map((ref) => join(commonDir, `${ref}.lock`))

/** The intents that are written down, this process's own included. */
const written = (folder: string) =>
  Effect.map(
    Effect.promise(async () => (await unlessAbsent(() => fs.readdir(folder)).catch(() => undefined)) ?? []),
    (names) => names.filter((name) => name.endsWith(".json")).map((name) => join(folder, name)),
  )

const sweepOne = Effect.fnUntraced(function* (intents: Intents, path: string) {
  const { machine, file } = intents
  const intent = yield* readIntent(path)
  if (intent === undefined || path === file || (yield* machine.liveness(intent.owner)) !== "dead") return []
  const since = (yield* bornAt(path)) ?? 0
  const gone = (yield* Effect.promise(() => processTable.look(intent.git))) === undefined
  const now = yield* Clock.currentTimeMillis
  const removed: string[] = []
  let standing = false
  for (const lock of locksOf(intents, intent.refs)) {
    const born = yield* bornAt(lock)
    if (born === undefined) continue
    const ours = born >= since && born <= since + 10_000 && (gone || now - born > 10_000)
    if (ours) yield* remove(lock)
    if (ours && (yield* bornAt(lock)) === undefined) removed.push(lock)
    else standing = true
  }
  if (!standing) yield* remove(path)
  return removed
})

const sweepOwn = Effect.fnUntraced(function* (intents: Intents) {
  const since = (yield* bornAt(intents.file)) ?? 0
  const seen = yield* Effect.forEach(locksOf(intents, intents.refs), (lock) => Effect.map(bornAt(lock), (born) => ({ lock, born })))
  const mine = seen.filter(({ born }) => born !== undefined && born >= since)
  if (mine.length === 0) return []
  // Another git may have been at the same ref: a living one is through in a moment.
  yield* Effect.sleep(aMomentMs)
  const removed: string[] = []
  for (const { lock, born } of mine) {
    if ((yield* bornAt(lock)) !== born) continue
    yield* remove(lock)
    removed.push(lock)
  }
  return removed
})

const announced = (intents: Intents) =>
  Effect.gen(function* () {
    const by = new Map<string, Announced>()
    for (const path of yield* written(intents.folder)) {
      const intent = yield* readIntent(path)
      if (intent === undefined) continue
      const alive = yield* intents.machine.liveness(intent.owner)
      for (const lock of locksOf(intents, intent.refs)) by.set(lock, { owner: intent.owner, alive })
    }
    return by
  })

const remove = (path: string) => Effect.promise(() => fs.rm(path, { force: true }).catch(() => undefined))

const aMomentMs = 1_000

const readIntent = (path: string) =>
  Effect.map(
    Effect.promise(async () => (await unlessAbsent(() => fs.readFile(path, "utf8")).catch(() => undefined)) ?? ""),
    (text) => Option.getOrUndefined(Schema.decodeUnknownOption(Intent)(text)),
  )

/** When a file was written; undefined when it is not there. One that can't be looked at is there, and is nobody's to remove. */
const bornAt = (path: string) =>
  Effect.promise(async () => {
    try {
      return (await unlessAbsent(() => fs.stat(path)))?.mtimeMs
    } catch {
      return -Infinity
    }
  })

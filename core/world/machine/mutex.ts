import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import { nanoid } from "nanoid"
import type { Complaint } from "../../domain/text/complaint.ts"
import type { Liveness } from "../../domain/lock/processIdentity.ts"
import { lockFile, type LockHolder } from "./lockFile.ts"
import { Machine } from "./machine.ts"

/** The wait was bounded and somebody else held the lock all the time. */
export class MutexHeld extends Data.TaggedError("MutexHeld")<{ readonly file: string; readonly holder: LockHolder | "this process" }> {
  override get message(): string {
    const who = this.holder === "this process" ? this.holder : `process ${this.holder.pid} on ${this.holder.host}`
    return `${this.file} is held by ${who}`
  }
  get hint(): string {
    return this.holder === "this process"
      ? "wait for it to finish"
      : `end that process, or delete ${this.file} if you are sure that it no longer runs`
  }
  get exit(): Complaint["exit"] {
    return 4
  }
}

/** The lock's file can't be used at all: it can't be written, or holds something no osier wrote. */
export class MutexBroken extends Data.TaggedError("MutexBroken")<{ readonly file: string; readonly reason: string }> {
  override get message(): string {
    return `the lock ${this.file} can't be used: ${this.reason}`
  }
  get hint(): string {
    return `make sure that its folder is writable; if no osier runs here, delete ${this.file}`
  }
  get exit(): Complaint["exit"] {
    return 3
  }
}

/** Nobody writes half a lock file; one that stays unreadable for this long came from elsewhere. */
const garbageMs = 5_000

/** The process table is not asked again about the same living holder for this long. */
const trustMs = 100

/** Waiting starts eager, because most locks are held for a moment, and turns lazy for those that are held for a whole run. */
const pauseMs = (tries: number): number => (tries < 60 ? Math.min(1 + tries, 15) : 250) * (0.5 + Math.random())

/** Mutual exclusion between the processes of this machine by a file; safe against a kill at any moment and against reused pids. */
export class Mutex extends Context.Service<
  Mutex,
  {
    /** Runs the effect while holding the lock at `path`. Not re-entrant. Without `wait` it waits as long as it takes. */
    withLock<A, E, R>(
      path: string,
      effect: Effect.Effect<A, E, R>,
      options?: { readonly wait?: Duration.Input },
    ): Effect.Effect<A, E | MutexHeld | MutexBroken, R>
  }
>()("core/world/mutex") {
  static readonly layer = Layer.effect(
    Mutex,
    Effect.gen(function* () {
      const machine = yield* Machine
      const self: LockHolder = { ...machine.self, nonce: nanoid() }
      const trusted = new Map<string, number>()
      const liveness = async (holder: LockHolder): Promise<Liveness> => {
        if ((trusted.get(holder.nonce) ?? 0) > performance.now()) return "alive"
        const found = await Effect.runPromise(machine.liveness(holder))
        if (found === "alive") trusted.set(holder.nonce, performance.now() + trustMs)
        else trusted.delete(holder.nonce)
        return found
      }
      const locks = new Map<string, { readonly file: ReturnType<typeof lockFile>; readonly turn: Semaphore.Semaphore; swept: boolean }>()
      const lockAt = (path: string) => {
        const known = locks.get(path)
        if (known !== undefined) return known
        const lock = { file: lockFile(path, self, liveness), turn: Semaphore.makeUnsafe(1), swept: false }
        locks.set(path, lock)
        return lock
      }
      yield* Effect.addFinalizer(() =>
        Effect.ignore(Effect.tryPromise(() => Promise.all([...locks.values()].map((lock) => lock.file.forget())))),
      )

      const acquire = Effect.fnUntraced(function* (path: string, remainingMs: () => number, pause: (ms: number) => Effect.Effect<void>) {
        const lock = lockAt(path)
        const io = <A>(act: () => Promise<A>) =>
          Effect.tryPromise({ try: act, catch: (cause) => new MutexBroken({ file: path, reason: String(cause) }) })
        for (let tries = 0; ; tries++) {
          const got = yield* io(lock.file.attempt)
          if (got.type === "taken") {
            if (got.inherited || !lock.swept) yield* Effect.ignore(io(lock.file.sweep))
            lock.swept = true
            return
          }
          if (got.type === "garbage" && got.ageMs > garbageMs) {
            return yield* new MutexBroken({ file: path, reason: "it does not name its holder" })
          }
          if (got.type === "held" && remainingMs() <= 0) return yield* new MutexHeld({ file: path, holder: got.holder })
          yield* got.type === "again" ? Effect.yieldNow : pause(Math.min(pauseMs(tries), Math.max(1, remainingMs())))
        }
      })

      const withLock = <A, E, R>(path: string, effect: Effect.Effect<A, E, R>, options?: { readonly wait?: Duration.Input }) =>
        Effect.suspend(() => {
          const until = performance.now() + (options?.wait === undefined ? Infinity : Duration.toMillis(options.wait))
          const remainingMs = () => until - performance.now()
          const { file, turn } = lockAt(path)
          const release = Effect.catchCause(Effect.promise(file.release), (cause) => Effect.logWarning(`could not release ${path}`, cause))
          let ourTurn = false
          const takeTurn = Effect.uninterruptibleMask((restore) =>
            Effect.map(restore(Semaphore.take(turn, 1)), () => {
              ourTurn = true
            }),
          )
          return Effect.uninterruptibleMask((restore) =>
            Effect.gen(function* () {
              yield* restore(Number.isFinite(until) ? Effect.timeoutOption(takeTurn, Math.max(1, remainingMs())) : takeTurn)
              // Asked of the flag, not of the race: a turn that came in the moment the time ran out must not be lost.
              if (!ourTurn) return yield* new MutexHeld({ file: path, holder: "this process" })
              yield* acquire(path, remainingMs, (ms) => restore(Effect.sleep(ms)))
              return yield* Effect.ensuring(restore(effect), release)
            }),
          ).pipe(Effect.ensuring(Effect.suspend(() => (ourTurn ? Semaphore.release(turn, 1) : Effect.void))))
        })

      return Mutex.of({ withLock })
    }),
  )
}

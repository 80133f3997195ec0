import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Random from "effect/Random"
import * as References from "effect/References"
import type { Owner } from "../../core/domain/lock/lock.ts"
import { RunIdentity } from "../../core/world/git/runIdentity.ts"
import { Sightings } from "../../core/world/machine/sightings.ts"
import { faultyMachine } from "./faultyMachine.ts"
import { faultyStore, noFaults } from "./faultyStore.ts"
import type { Faults } from "./faultyStore.ts"
import { simClock, simLoop } from "./simLoop.ts"
import type { Pulse } from "./simLoop.ts"
import { simRemote } from "./simRemote.ts"
import { simStore } from "./simStore.ts"
import type { Moved, SimStore } from "./simStore.ts"
import { ruleSet } from "../../core/world/door/ruleSet.ts"

/** One process of the simulation. What it does goes on until it ends, is killed or is interrupted. */
export interface SimProcess {
  readonly owner: Owner
  readonly pulse: Pulse
  /** kill -9: it never does anything again, and nothing of it is cleaned up. */
  readonly kill: () => void
  /** Ctrl-C: what it does is interrupted, its scopes close. */
  readonly interrupt: () => void
  /** A laptop that sleeps, or a process that was stopped by Ctrl-Z on a machine that goes on: everything of it wakes late. */
  readonly suspend: (ms: number, by: "sleep" | "stop") => void
  readonly ended: () => boolean
}

export interface SimOptions {
  readonly roll: () => number
  /** Each machine has a clone of its own, and what they share is behind a network. */
  readonly remote?: boolean
  /** Whoever looks at a lock believes at once that it stands still. */
  readonly hasty?: boolean
  /** Machines whose processes don't notice how time passes. */
  readonly numb?: readonly string[]
  readonly onSwap?: (by: SimProcess, moves: readonly Moved[]) => void
}

/** Machines, processes and one repository in memory and in simulated time; the same seed gives the same history. */
export const simWorld = (options: SimOptions) => {
  const { roll } = options
  const loop = simLoop(Date.UTC(2026, 0, 1))
  const store = simStore()
  const processes: SimProcess[] = []
  const broken: unknown[] = []
  let faults = noFaults
  let hidden = 0
  const clones = new Map<string, SimStore>()
  const cutUntil = new Map<string, number>()

  const isDead = ({ host, pid }: { readonly host: string; readonly pid: number }) =>
    !processes.some(({ owner, pulse, ended }) => owner.host === host && owner.pid === pid && !pulse.dead && !ended())

  /** Starts a process on a machine. Every start is a run of its own. */
  const start = <E>(host: string, skewMs: number, body: (self: SimProcess) => Effect.Effect<void, E, World>): SimProcess => {
    const pid = processes.length + 1
    const run = `run${pid}`
    const owner: Owner = { host, boot: `boot of ${host}`, pid, started: String(pid), run, email: "dev@example.com" }
    const pulse: Pulse = { dead: false, suspendedUntil: 0, slept: 0, frozen: 0, frozenUntil: 0, skewMs }
    const keen = simClock(loop, pulse)
    const clock =
      options.numb?.includes(host) === true ? { ...keen, monotonicTimeNanosUnsafe: () => 0n, monotonicTimeNanos: Effect.succeed(0n) } : keen
    const told = { roll, faults: () => faults, onSwap: (moves: readonly Moved[]) => options.onSwap?.(self, moves) }
    const here = clones.get(host) ?? simStore(store.objects)
    clones.set(host, here)
    // Only its own silence goes unnoticed on a numb machine: what others do is seen as ever.
    const watching = Layer.effect(
      Sightings,
      Effect.map(Effect.service(Sightings), ({ still }) => ({
        still: (name: string, value: string) => Effect.provideService(still(name, value), Clock.Clock, keen),
      })),
    ).pipe(Layer.provide(Sightings.layer))
    const sightings = options.hasty === true ? Layer.succeed(Sightings, { still: () => Effect.succeed(Infinity) }) : watching
    const isCut = () => loop.now() < (cutUntil.get(host) ?? 0)
    const layer = Layer.mergeAll(
      options.remote === true ? simRemote({ ...told, there: store, here, isCut }) : faultyStore({ ...told, store }),
      faultyMachine({ self: owner, isDead, hidden: () => hidden, roll }),
      sightings,
      Layer.succeed(RunIdentity, { run, owner, committer: { name: "Dev", email: owner.email }, stated: true }),
    )
    let over = false
    const self: SimProcess = {
      owner,
      pulse,
      kill: () => {
        pulse.dead = true
      },
      interrupt: () => void Effect.runFork(Fiber.interrupt(fiber), { scheduler: loop.scheduler }),
      suspend: (ms, by) => {
        if (by === "sleep") {
          pulse.frozen += Math.max(0, loop.now() + ms - Math.max(loop.now(), pulse.frozenUntil))
          pulse.frozenUntil = Math.max(pulse.frozenUntil, loop.now() + ms)
        }
        pulse.slept += Math.max(0, loop.now() + ms - Math.max(loop.now(), pulse.suspendedUntil))
        pulse.suspendedUntil = Math.max(pulse.suspendedUntil, loop.now() + ms)
      },
      ended: () => over,
    }
    processes.push(self)
    const program = body(self).pipe(
      Effect.provide(layer),
      Effect.provide(Logger.layer([])),
      Effect.provideService(Clock.Clock, clock),
      Effect.provideService(References.TracerEnabled, false),
      Effect.provideService(Random.Random, { nextDoubleUnsafe: roll, nextIntUnsafe: () => Math.floor(roll() * 2 ** 32) }),
      Effect.ensuring(Effect.sync(() => (over = true))),
    )
    const fiber = Effect.runFork(program, { scheduler: loop.scheduler })
    fiber.addObserver((exit) => {
      if (Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)) broken.push(Cause.squash(exit.cause))
    })
    return self
  }

  return {
    now: loop.now,
    at: loop.at,
    store,
    processes: (): readonly SimProcess[] => processes,
    start,
    /** Lets everything happen until that time; throws what a process died of, or what its watcher threw. */
    run: (until: number): void => {
      // Most failures are part of the play; what they would tell of the stack costs as much as all they do.
      const { stackTraceLimit } = Error
      Error.stackTraceLimit = 0
      try {
        loop.run(until)
      } finally {
        Error.stackTraceLimit = stackTraceLimit
      }
      if (broken.length > 0) throw broken[0]
    },
    /** From now on nobody on that machine reaches the remote, for so long. */
    cut: (host: string, ms: number) => void cutUntil.set(host, loop.now() + ms),
    isCut: (host: string) => loop.now() < (cutUntil.get(host) ?? 0),
    /** How badly everything behaves from now on, and the chance that nobody can tell whether a process lives. */
    weather: (worse: Faults, unknown = 0) => {
      faults = worse
      hidden = unknown
    },
  }
}

export type World =
  | Layer.Success<ReturnType<typeof faultyStore>>
  | Layer.Success<ReturnType<typeof faultyMachine>>
  | RunIdentity
  | Sightings

// Loaded before any clock of ours stands still.
await Effect.runPromise(ruleSet)

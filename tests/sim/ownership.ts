import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { holderKey, lockRef, readLock, skewMs, watchMs } from "../../core/domain/lock/lock.ts"
import type { Lock } from "../../core/domain/lock/lock.ts"
import { isOver, mayBecome } from "../../core/domain/task/task.ts"
import type { Task } from "../../core/domain/task/task.ts"
import { parseTask } from "../../core/domain/task/taskFile.ts"
import { readSummary } from "../../core/domain/task/trailers.ts"
import { treeName } from "../../core/domain/task/tree.ts"
import { markedUpTo, markOf } from "../../core/engine/tree/mark.ts"
import { hasMark } from "../../core/kit/brand.ts"
import { holding } from "../../core/engine/context/holding.ts"
import { demandHeld, fenceOf, LeaseLost, stillHeld, stillOurs } from "../../core/steps/lock/lock.ts"
import type { Held } from "../../core/steps/lock/lock.ts"
import { changeTask, createTask, readTask, taskRef } from "../../core/steps/task/record.ts"
import { Objects } from "../../core/world/git/objects.ts"
import { Refs } from "../../core/world/git/refs.ts"
import { noFaults } from "../support/faultyStore.ts"
import type { Moved, SimStore } from "../support/simStore.ts"
import { simWorld } from "../support/simWorld.ts"
import type { SimProcess } from "../support/simWorld.ts"

const target = "refs/heads/main"
const minute = 60_000
const hosts = ["ash", "birch"]

/** What one history came to, so that a test can tell that bad days really happened in it. */
export interface Story {
  readonly kills: number
  readonly suspensions: number
  readonly takenFromTheLiving: number
  readonly lostLeases: number
  readonly cuts: number
}

/** A process that lands without asking whether it still owns the task: what the watch must catch. */
export interface Sabotage {
  readonly landsUnfenced?: boolean
  readonly changesUnfenced?: boolean
  /** Clears up behind itself without asking whose the task is, by names that don't tell owners apart. */
  readonly cleansUnasked?: boolean
  /** Believes what a clock says of another's lease, without looking whether its owner moves. */
  readonly believesClocks?: boolean
  /** On one machine, nobody notices that no sign of life was heard for long. */
  readonly neverStops?: boolean
}

/**
 * Plays one history of processes that race for tasks, die, sleep and mishear; throws in the moment a promise is broken. With
 * a remote, every machine has a clone of its own, and is cut off from the others now and then.
 */
export const playOwnership = (roll: () => number, sabotage: Sabotage = {}, remote = false): Story => {
  parsed.clear()
  locks.clear()
  const between = (low: number, high: number) => low + Math.floor(roll() * (high - low + 1))
  const ids = Array.from({ length: between(1, 4) }, (_, at) => at + 1)
  const wild = roll() < 0.2
  const skew = () => Math.round((roll() - 0.5) * (wild ? 20 * minute : skewMs))
  const told: (() => string)[] = []
  const count = { kills: 0, suspensions: 0, takenFromTheLiving: 0, lostLeases: 0, cuts: 0 }
  const here = remote ? "refs/remotes/origin/main" : target
  const world = simWorld({
    roll,
    remote,
    hasty: sabotage.believesClocks === true,
    numb: sabotage.neverStops === true ? ["birch"] : [],
    onSwap: (by, moves) => {
      for (const move of moves) watch(by, move)
    },
  })
  const { store } = world
  // Put into words only for a history that breaks a promise: it would be a good part of all the work.
  const tell = (by: SimProcess, what: () => string) => {
    const at = world.now() - Date.UTC(2026, 0, 1)
    told.push(() => `${at} ${by.owner.run}: ${what()}`)
    if (told.length > 60) told.shift()
  }
  const demand = (kept: boolean, by: SimProcess, what: string) => {
    if (!kept) throw new Error(`${what}\n${told.map((say) => say()).join("\n")}\nnow ${by.owner.run}`)
  }
  const owns = (by: SimProcess, kind: "task" | "target", name: string) => {
    const lock = lockAt(store, lockRef(kind, name))
    return lock?.state === "held" && holderKey(lock.owner) === by.owner.run ? lock : undefined
  }

  /** Every promise, checked in the moment a ref moves. */
  const watch = (by: SimProcess, { ref, from, to }: Moved) => {
    tell(by, () => `${ref} ${describe(store, ref, to)}`)
    demand(!by.pulse.dead, by, "a dead process moved a ref")
    if (ref.startsWith("refs/osier/locks/")) watchLock(by, ref, from, to)
    else if (ref === target) {
      const id = Number(/Osier-Task: (\d+)/.exec(store.read(target)?.data.toString() ?? "")?.[1] ?? 0)
      if (id > 0) demand(owns(by, "task", String(id)) !== undefined, by, `task ${id} was landed by a process that does not own it`)
    } else if (from !== undefined) {
      const [before, after] = [taskAt(store, from), taskAt(store, to)]
      const lock = owns(by, "task", String(after.id))
      demand(lock !== undefined, by, `task ${after.id} was changed by a process that does not own it`)
      demand(after.fence === lock?.fence, by, "the record does not hold the fence of its lock")
      demand((before.fence ?? 0) <= (after.fence ?? 0), by, "the record's fence went down")
      demand(before.status === after.status || mayBecome(before.status, after.status), by, `${before.status} became ${after.status}`)
      const { message } = splitCommit(store, to)
      const summary = readSummary(message)
      demand(summary?.status === after.status && summary.fence === after.fence, by, "the record's message and file disagree")
    }
  }

  const written = new Map<string, number>()
  const watchLock = (by: SimProcess, ref: string, from: string | undefined, to: string | undefined) => {
    judgeLock(by, ref, from, to)
    written.set(ref, world.now())
  }
  const judgeLock = (by: SimProcess, ref: string, from: string | undefined, to: string | undefined) => {
    const [before, after] = [lockOf(store, from), lockOf(store, to)]
    const name = ref.split("/").at(-1) ?? ""
    if (after === undefined) {
      demand(isOver(taskAt(store, store.ref(taskRef(Number(name)))).status), by, "the lock of a task that is not over was swept")
      demand(before !== undefined && holderKey(before.owner) === by.owner.run, by, "somebody else's lock was swept")
      return
    }
    const floor = before?.fence ?? 0
    const same = before?.state === "held" && holderKey(before.owner) === by.owner.run && before.fence === after.fence
    demand(holderKey(after.owner) === by.owner.run, by, "a lock was written in another one's name")
    if (same) return
    // Of a lock that was swept the record knows; who looked before it was may have read an older one, and the task is over then.
    const known = before === undefined && ref.includes("/task/") ? (taskAt(store, store.ref(taskRef(Number(name)))).fence ?? 0) : floor
    const next = before === undefined ? after.fence >= 1 && after.fence <= known + 1 : after.fence === known + 1
    demand(after.state === "held" && next, by, `a lock went from fence ${known} to ${after.fence} (${after.state})`)
    if (before?.state !== "held") return
    const owner = world.processes().find((one) => one.owner.run === holderKey(before.owner))
    if (owner === undefined || owner.pulse.dead || owner.ended()) return
    count.takenFromTheLiving++
    // Unless it slept, it has stopped by itself, however far off the clocks are.
    if (owner.pulse.slept === 0) demand(!working.has(`${owner.owner.run} ${name}`), by, `the owner still worked when ${ref} was taken`)
    // Only a lease that is over by its owner's own clock may be taken while its owner lives.
    const over = world.now() + owner.pulse.skewMs > before.expires
    // Where clocks are off by more than is allowed for, what counts is that it gave no sign of life before the taker's eyes.
    const still = world.now() - (written.get(ref) ?? 0)
    demand(
      over || (wild && still >= watchMs),
      by,
      `a living owner's lock was taken ${before.expires - world.now() - owner.pulse.skewMs} ms too early`,
    )
  }

  const main = store.writeCommit({ tree: store.writeTree([]), parents: [], message: "init", author: who, committer: who })
  store.swap([{ ref: target, from: undefined, to: main }])

  const program = (self: SimProcess) =>
    Effect.gen(function* () {
      for (;;) {
        const open = ids.filter((id) => !isOver(taskAt(store, store.ref(taskRef(id))).status)).toSorted(() => roll() - 0.5)
        if (open.length === 0) return
        yield* Effect.forEach(open.slice(0, 2), (id) => tryTask(id, self), { concurrency: 2 })
        yield* Effect.sleep(between(1, 3000))
      }
    })

  /** Who is in the middle of what: an agent or a gate that runs, and would be stopped at once. */
  const working = new Set<string>()
  const toil = ({ name, owner }: Held, ms: number) => {
    const key = `${holderKey(owner)} ${name}`
    const begin = Effect.sync(() => working.add(key))
    return Effect.acquireUseRelease(
      begin,
      () => Effect.sleep(ms),
      () => Effect.sync(() => working.delete(key)),
    )
  }

  /** Who has a tree where, and an agent in it. */
  const trees = new Map<string, { readonly run: string; readonly mark: string }>()
  const clear = (self: SimProcess, tree: string) => {
    const found = trees.get(tree)
    if (found === undefined) return
    trees.delete(tree)
    const other = world.processes().find(({ owner }) => owner.run === found.run)
    const name = found.mark.split(":")[1] ?? ""
    const works = other !== undefined && other !== self && owns(other, "task", name) !== undefined && working.has(`${found.run} ${name}`)
    demand(!works, self, `the agent and the tree of ${found.run} at ${tree} were taken away while it owned the task`)
  }
  /** Works in a tree of its own, from which whatever earlier owners left is taken away, and which is gone afterwards. */
  const inTree = <A, E, R>(held: Held, self: SimProcess, body: Effect.Effect<A, E, R>) => {
    const [id, place] = [Number(held.name), remote ? self.owner.host : "all"]
    const maker = sabotage.cleansUnasked === true ? undefined : { fence: held.fence, run: self.owner.run }
    const mine = `${place}/${treeName("task", id, maker)}`
    const ours = sabotage.cleansUnasked === true ? Effect.succeed(true) : stillOurs(held)
    const { mark: start, upTo } = markedUpTo("", id, held.fence)
    const raise = Effect.gen(function* () {
      yield* demandHeld(held)
      for (const [tree, { mark }] of trees) if (tree.startsWith(`${place}/`) && hasMark(mark, start, upTo)) clear(self, tree)
      trees.set(mine, { run: self.owner.run, mark: markOf("", id, held, 1) })
    })
    const uproot = Effect.flatMap(ours, (own) => Effect.sync(() => (own ? clear(self, mine) : undefined)))
    return Effect.acquireUseRelease(
      raise,
      () => body,
      () => uproot,
    )
  }
  const tryTask = (id: number, self: SimProcess) =>
    holding("task", String(id), (held) => work(held, id, self)).pipe(
      Effect.catch((error) =>
        Effect.sync(() => {
          tell(self, () => `task ${id}: ${error._tag}`)
          if (error._tag === "LeaseLost") count.lostLeases++
        }),
      ),
    )

  const fenced = (held: Held) => (sabotage.changesUnfenced === true ? {} : { held })
  const become = (held: Held, status: Task["status"]) =>
    changeTask(Number(held.name), (task) => (task.status === status ? task : { ...task, status, fence: held.fence }), fenced(held))

  const work = Effect.fnUntraced(function* (held: Held, id: number, self: SimProcess) {
    yield* (yield* Refs).refresh([taskRef(id), here])
    const { task } = yield* readTask(id)
    if (isOver(task.status)) return
    if (!landed(store, store.ref(target)).includes(id)) {
      if (task.status !== "completed") {
        // Also when a dead owner left it running: the record gets the new owner's fence.
        yield* changeTask(id, (old) => ({ ...old, status: "running", fence: held.fence }), fenced(held))
        yield* inTree(held, self, toil(held, between(10, wild || remote ? 90_000 : 45_000)))
        if (roll() < 0.2) {
          yield* become(held, "failed")
          return
        }
        yield* become(held, "completed")
      }
      yield* holding("target", "main", (targetHeld) => land(held, targetHeld, id))
    } else if (task.status !== "completed") {
      // Who lost the task while it was reading may have read what was true before; what it writes now counts for nothing.
      demand(owns(self, "task", String(id)) === undefined, self, `task ${id} is ${task.status} though it landed`)
    }
    yield* become(held, "merged")
  })

  /** Reads the tip only now, so that nothing but the fence stands between a zombie and a second landing. */
  const land = Effect.fnUntraced(function* (held: Held, targetHeld: Held, id: number) {
    const refs = yield* Refs
    const objects = yield* Objects
    for (let first = true; ; first = false) {
      yield* refs.refresh([here])
      const from = yield* refs.read(here)
      // What was lost may have been the answer alone.
      if (remote && !first && landed(store, from).includes(id)) return
      // Gates judge for a while what is about to land.
      yield* toil(held, between(10, 20_000))
      const at = new Date(yield* Clock.currentTimeMillis).toISOString()
      const message = `land\n\nOsier-Task: ${id}\nOsier-At: ${at} ${held.oid}`
      const parents = from === undefined ? [] : [from]
      const to = yield* objects.writeCommit({ tree: store.writeTree([]), parents, message, author: who, committer: who })
      const expect = sabotage.landsUnfenced === true ? [] : [fenceOf(targetHeld), fenceOf(held)]
      const won = yield* Effect.result(refs.swap([{ ref: here, from, to }], expect))
      if (Result.isSuccess(won)) return
      if (won.failure._tag !== "SwapLost") return yield* won.failure
      for (const lock of [targetHeld, held])
        if (!(yield* stillHeld(lock))) return yield* new LeaseLost({ kind: lock.kind, name: lock.name })
    }
  })

  world.start("ash", 0, () => Effect.forEach(ids, (id) => createTask(fresh(id)), { discard: true }))
  world.run(world.now() + minute)
  if (roll() < 0.7) {
    const slow = roll() < 0.2 ? 12_000 : 400
    world.weather({ delayMs: slow, fails: roll() * 0.02, unheard: roll() * 0.04, refuses: roll() * 0.02 }, roll() < 0.3 ? 0.2 : 0)
  }
  const begun = world.now()

  const skews = new Map(hosts.map((host) => [host, skew()]))
  const spawn = () => {
    const host = hosts[between(0, hosts.length - 1)] ?? "ash"
    world.start(host, skews.get(host) ?? 0, program)
  }
  for (let n = between(2, 4); n > 0; n--) spawn()
  // Only who sleeps, and acts before it has looked, needs to be stopped by the fence.
  const sleepy = sabotage.landsUnfenced === true || sabotage.changesUnfenced === true || sabotage.cleansUnasked === true
  for (let n = sleepy ? 12 : between(0, 12); n > 0; n--) {
    world.at(begun + between(0, 6 * minute), () => {
      const living = world.processes().filter((one) => !one.pulse.dead && !one.ended())
      const victim = living[between(0, living.length - 1)]
      if (victim === undefined) return
      const fate = sleepy ? 1 : roll()
      tell(victim, () => (fate < 0.4 ? "is killed" : fate < 0.6 ? "is interrupted" : "is suspended"))
      if (fate < 0.4) victim.kill()
      else if (fate < 0.6) victim.interrupt()
      else victim.suspend(between(1_000, 3 * minute), roll() < 0.5 ? "sleep" : "stop")
      count[fate < 0.6 ? "kills" : "suspensions"]++
      if (fate < 0.6) spawn()
    })
  }
  for (let n = remote ? between(0, 6) : 0; n > 0; n--) {
    world.at(begun + between(0, 6 * minute), () => {
      world.cut(hosts[between(0, hosts.length - 1)] ?? "ash", between(1_000, 3 * minute))
      count.cuts++
    })
  }
  world.run(begun + 10 * minute)
  world.weather(noFaults)
  spawn()
  world.run(begun + 180 * minute)

  const last = landed(store, store.ref(target)).toSorted((a, b) => a - b)
  const statuses = ids.map((id) => taskAt(store, store.ref(taskRef(id))).status)
  const witness = world.processes()[0]
  if (witness !== undefined) {
    demand(String(last) === String(ids), witness, `landed ${String(last)} instead of each of ${String(ids)} once`)
    demand(
      statuses.every((status) => status === "merged"),
      witness,
      `after the dust settled the tasks are ${String(statuses)}`,
    )
  }
  return count
}

const who = "Dev <dev@example.com> 1767225600 +0000"

const fresh = (id: number): Task => ({
  id,
  title: `Task ${id}`,
  status: "pending",
  priority: "normal",
  labels: [],
  needs: [],
  scope: [],
  acceptance: [],
  created: "2026-01-01T00:00:00Z",
  updated: "2026-01-01T00:00:00Z",
  attempts: [],
  extra: {},
  prompt: "",
})

const locks = new Map<string, Lock | undefined>()
const lockOf = (store: SimStore, oid: string | undefined) => {
  if (oid === undefined) return undefined
  if (!locks.has(oid)) locks.set(oid, readLock(store.read(oid)?.data.toString() ?? ""))
  return locks.get(oid)
}
const lockAt = (store: SimStore, ref: string) => lockOf(store, store.ref(ref))

const parsed = new Map<string, Task>()
const taskAt = (store: SimStore, commit: string | undefined): Task => {
  const key = commit ?? ""
  const known = parsed.get(key) ?? Result.getOrThrow(parseTask(store.read(`${key}:task.md`)?.data.toString() ?? ""))
  parsed.set(key, known)
  return known
}

const splitCommit = (store: SimStore, oid: string | undefined) => {
  const text = store.read(oid ?? "")?.data.toString() ?? ""
  const end = text.indexOf("\n\n")
  return { parent: /^parent (\w+)$/m.exec(text.slice(0, end))?.[1], message: text.slice(end + 2) }
}

/** The tasks that the first-parent chain says have landed, each as often as it did. */
const landed = (store: SimStore, tip: string | undefined): number[] => {
  const found: number[] = []
  for (let at = tip; at !== undefined; at = splitCommit(store, at).parent) {
    const id = /^Osier-Task: (\d+)$/m.exec(splitCommit(store, at).message)?.[1]
    if (id !== undefined) found.push(Number(id))
  }
  return found
}

const describe = (store: SimStore, ref: string, oid: string | undefined): string => {
  const lock = lockOf(store, oid)
  if (lock !== undefined) return `${lock.state} by ${holderKey(lock.owner)}, fence ${lock.fence}`
  if (oid === undefined) return "gone"
  return ref.startsWith("refs/osier/tasks/") ? taskAt(store, oid).status : "moved"
}

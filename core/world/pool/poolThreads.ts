import type { Tinypool } from "tinypool"
import type { MessagePort } from "node:worker_threads"
import type { PoolTask } from "./poolWire.ts"

interface Crew {
  readonly pool: Tinypool
  busy: number
  /** Takes no more tasks; ended as soon as the ones it has are over. */
  retired: boolean
  ended: boolean
}

/** Two are enough to keep one busy worker from delaying the rest: adapters mostly wait. */
const workers = 2
const idleMs = 30_000

/**
 * A worker that ends by itself tells tinypool nothing, and its tasks would wait for ever; tinypool is told here, and
 * fails exactly the tasks of that worker.
 */
const watch = (crew: Crew, watched: Set<number>) => {
  for (const thread of crew.pool.threads) {
    if (watched.has(thread.threadId)) continue
    watched.add(thread.threadId)
    thread.on("exit", (code: unknown) => {
      if (crew.pool.threads.includes(thread)) thread.emit("error", new Error(`the worker ended (exit ${String(code)})`))
    })
    thread.on("error", () => (crew.retired = true))
  }
}

/** One task under way: what it came to, and a way to end it whatever it does. */
export interface Underway {
  readonly result: Promise<unknown>
  /** Ends the worker of a task that has one of its own: it fails with these words. Nothing for a task that shares its worker. */
  readonly end: (reason: string) => void
}

/** Worker threads: two that osier's own adapters share, and one for each task of a plugin, which is a stranger. */
export const poolThreads = (filename: URL | string) => {
  let crew: Crew | undefined
  let idle: NodeJS.Timeout | undefined
  let closed = false
  const watched = new Set<number>()
  const ending = new Set<Promise<void>>()
  const alone = new Set<Crew>()

  const end = (old: Crew) => {
    if (old.ended) return
    old.retired = true
    old.ended = true
    alone.delete(old)
    if (crew === old) crew = undefined
    const done = old.pool.destroy().catch(() => {})
    ending.add(done)
    void done.then(() => ending.delete(done))
  }

  const hire = async (most: number): Promise<Crew> => {
    const { Tinypool } = await import("tinypool")
    if (closed) throw new Error("the pool is closed")
    const pool = new Tinypool({
      filename: filename instanceof URL ? filename.href : filename,
      // A worker that is there from the start takes tasks at once. One that is started for a queue takes a single
      // waiting task when it is ready and the next only when that is over: long jobs would run one after another.
      // For the same reason the number of tasks is not limited here; the engine limits it.
      minThreads: 1,
      maxThreads: most,
      concurrentTasksPerWorker: 4096,
      idleTimeout: idleMs,
      // waiting in Atomics would freeze what an adapter still does between two tasks
      useAtomics: false,
      // adapters see what their job's env holds, not osier's own environment
      env: {},
    })
    const hired: Crew = { pool, busy: 0, retired: false, ended: false }
    // a worker that fails while it has no task; the next task starts a new one
    pool.on("error", () => {
      hired.retired = true
      if (hired.busy === 0) end(hired)
    })
    return hired
  }

  const shared = async (): Promise<Crew> => {
    if (crew !== undefined && !crew.retired) return crew
    const hired = await hire(workers)
    if (crew !== undefined && !crew.retired) end(hired)
    else crew = hired
    return crew
  }

  const runShared = async (task: PoolTask, ports: readonly MessagePort[]): Promise<unknown> => {
    if (closed) throw new Error("the pool is closed")
    clearTimeout(idle)
    const mine = await shared()
    mine.busy += 1
    try {
      const result = mine.pool.run(task, { transferList: [...ports] })
      watch(mine, watched)
      return await result
    } finally {
      mine.busy -= 1
      if (mine.busy === 0 && mine.retired) end(mine)
      else if (mine.busy === 0) idle = setTimeout(() => mine.busy === 0 && end(mine), idleMs).unref()
    }
  }

  /** A stranger's late error, or a loop without end, is shared by nobody: its worker serves one task and is ended after it. */
  const runAlone = (task: PoolTask, ports: readonly MessagePort[]): Underway => {
    const given = Promise.withResolvers<never>()
    const work = async (): Promise<unknown> => {
      const mine = await hire(1)
      alone.add(mine)
      mine.busy = 1
      void given.promise.catch(() => end(mine))
      try {
        const result = mine.pool.run(task, { transferList: [...ports] })
        watch(mine, watched)
        return await result
      } finally {
        end(mine)
      }
    }
    return { result: Promise.race([given.promise, work()]), end: (reason) => given.reject(new Error(reason)) }
  }

  const run = (task: PoolTask, ports: readonly MessagePort[]): Underway =>
    isStranger(task) ? runAlone(task, ports) : { result: runShared(task, ports), end: () => {} }

  const close = async (): Promise<void> => {
    closed = true
    clearTimeout(idle)
    for (const each of [...alone, ...(crew === undefined ? [] : [crew])]) end(each)
    await Promise.all(ending)
  }

  return { run, close }
}

/** Whether code from outside of osier does a task. */
export const isStranger = (task: PoolTask): boolean =>
  task.kind === "load" || ((task.kind === "run" || task.kind === "detect") && typeof task.adapter !== "string")

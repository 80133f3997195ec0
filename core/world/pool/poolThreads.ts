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

/** The worker threads of one pool. */
interface Threads {
  readonly filename: URL | string
  /** The crew that osier's own adapters share, while there is one. */
  crew: Crew | undefined
  idle: NodeJS.Timeout | undefined
  closed: boolean
  readonly watched: Set<number>
  readonly ending: Set<Promise<void>>
  readonly alone: Set<Crew>
}

/** Worker threads: two that osier's own adapters share, and one for each task of a plugin, which is a stranger. */
export const poolThreads = (filename: URL | string) => {
  const threads: Threads = {
    filename,
    crew: undefined,
    idle: undefined,
    closed: false,
    watched: new Set(),
    ending: new Set(),
    alone: new Set(),
  }
  return {
    run: (task: PoolTask, ports: readonly MessagePort[]): Underway =>
      isStranger(task) ? runAlone(threads, task, ports) : { result: runShared(threads, task, ports), end: () => {} },
    close: () => close(threads),
  }
}

export type PoolThreads = ReturnType<typeof poolThreads>

const runShared = async (threads: Threads, task: PoolTask, ports: readonly MessagePort[]): Promise<unknown> => {
  if (threads.closed) throw new Error("the pool is closed")
  clearTimeout(threads.idle)
  const mine = await shared(threads)
  mine.busy += 1
  try {
    const result = mine.pool.run(task, { transferList: [...ports] })
    watch(mine, threads.watched)
    return await result
  } finally {
    mine.busy -= 1
    if (mine.busy === 0 && mine.retired) end(threads, mine)
    else if (mine.busy === 0) threads.idle = setTimeout(() => mine.busy === 0 && end(threads, mine), idleMs).unref()
  }
}

/** A stranger's late error, or a loop without end, is shared by nobody: its worker serves one task and is ended after it. */
const runAlone = (threads: Threads, task: PoolTask, ports: readonly MessagePort[]): Underway => {
  const given = Promise.withResolvers<never>()
  const work = async (): Promise<unknown> => {
    const mine = await hire(threads, 1)
    threads.alone.add(mine)
    mine.busy = 1
    void given.promise.catch(() => end(threads, mine))
    try {
      const result = mine.pool.run(task, { transferList: [...ports] })
      watch(mine, threads.watched)
      return await result
    } finally {
      end(threads, mine)
    }
  }
  return { result: Promise.race([given.promise, work()]), end: (reason) => given.reject(new Error(reason)) }
}

const shared = async (threads: Threads): Promise<Crew> => {
  if (threads.crew !== undefined && !threads.crew.retired) return threads.crew
  const hired = await hire(threads, workers)
  if (threads.crew !== undefined && !threads.crew.retired) end(threads, hired)
  else threads.crew = hired
  return threads.crew
}

const hire = async (threads: Threads, most: number): Promise<Crew> => {
  const { filename } = threads
  const { Tinypool } = await import("tinypool")
  if (threads.closed) throw new Error("the pool is closed")
  const pool = new Tinypool({
    filename: filename instanceof URL ? filename.href : filename,
    // A worker that is there from the start takes tasks at once. One that is started for a queue takes a single
    // waiting task when it is ready and the next only when that is over: long jobs would run one after another.
    // For the same reason the number of tasks is not limited here; the engine limits it.
    minThreads: 1,
    maxThreads: most,
    concurrentTasksPerWorker: 4096,
    idleTimeout: idleMs,
    // Waiting in Atomics would freeze what an adapter still does between two tasks.
    useAtomics: false,
    // Adapters see what their job's env holds, not osier's own environment.
    env: {},
  })
  const hired: Crew = { pool, busy: 0, retired: false, ended: false }
  // A worker failed while it had no task; the next task starts a new one.
  pool.on("error", () => {
    hired.retired = true
    if (hired.busy === 0) end(threads, hired)
  })
  return hired
}

const end = (threads: Threads, old: Crew): void => {
  if (old.ended) return
  old.retired = true
  old.ended = true
  threads.alone.delete(old)
  if (threads.crew === old) threads.crew = undefined
  const done = old.pool.destroy().catch(() => {})
  threads.ending.add(done)
  void done.then(() => threads.ending.delete(done))
}

const close = async (threads: Threads): Promise<void> => {
  threads.closed = true
  clearTimeout(threads.idle)
  for (const each of [...threads.alone, ...(threads.crew === undefined ? [] : [threads.crew])]) end(threads, each)
  await Promise.all(threads.ending)
}

/** Whether code from outside of osier does a task. */
export const isStranger = (task: PoolTask): boolean =>
  task.kind === "load" || ((task.kind === "run" || task.kind === "detect") && typeof task.adapter !== "string")

import type { Tinypool } from "tinypool"
import type { MessagePort } from "node:worker_threads"
import type { PoolTask } from "./poolWire.ts"

interface Crew {
  readonly pool: Tinypool
  busy: number
  /** Takes no more tasks; ended as soon as the ones it has are over. */
  retired: boolean
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

/** Worker threads, started at the first task and ended when nothing was asked of them for a while. */
export const poolThreads = (filename: URL | string) => {
  let crew: Crew | undefined
  let idle: NodeJS.Timeout | undefined
  let closed = false
  const watched = new Set<number>()
  const ending = new Set<Promise<void>>()

  const end = (old: Crew) => {
    old.retired = true
    if (crew === old) crew = undefined
    const done = old.pool.destroy().catch(() => {})
    ending.add(done)
    void done.then(() => ending.delete(done))
  }

  const hire = async (): Promise<Crew> => {
    const { Tinypool } = await import("tinypool")
    if (crew !== undefined && !crew.retired) return crew
    const pool = new Tinypool({
      filename: filename instanceof URL ? filename.href : filename,
      // A worker that is there from the start takes tasks at once. One that is started for a queue takes a single
      // waiting task when it is ready and the next only when that is over: long jobs would run one after another.
      // For the same reason the number of tasks is not limited here; the engine limits it.
      minThreads: 1,
      maxThreads: workers,
      concurrentTasksPerWorker: 4096,
      idleTimeout: idleMs,
      // waiting in Atomics would freeze what a plugin still does between two tasks
      useAtomics: false,
      // plugins see what their job's env holds, not osier's own environment
      env: {},
    })
    const hired: Crew = { pool, busy: 0, retired: false }
    // a worker that fails while it has no task; the next task starts a new one
    pool.on("error", () => {
      hired.retired = true
      if (hired.busy === 0) end(hired)
    })
    crew = hired
    return hired
  }

  const run = async (task: PoolTask, ports: readonly MessagePort[]): Promise<unknown> => {
    if (closed) throw new Error("the pool is closed")
    clearTimeout(idle)
    const mine = await hire()
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

  const close = async (): Promise<void> => {
    closed = true
    clearTimeout(idle)
    if (crew !== undefined) end(crew)
    await Promise.all(ending)
  }

  return { run, close }
}

import type { MessagePort } from "node:worker_threads"
import type { Job } from "../../plugin.ts"

/** A built-in adapter by its name, or a plugin by the absolute path or file URL of its module. */
export type Which = string | { readonly module: string }

/** What the pool asks of a worker. */
export type PoolTask =
  | { readonly kind: "run"; readonly adapter: Which; readonly job: Job; readonly port: MessagePort }
  | {
      readonly kind: "detect"
      readonly adapter: Which
      readonly env: Readonly<Record<string, string>>
      readonly command?: readonly string[]
    }
  | { readonly kind: "load"; readonly module: string }
  | { readonly kind: "names" }

/**
 * The answer to every kind but `run`, as JSON. A worker never throws: what a plugin throws may not be cloneable, and
 * then the worker itself would end, with every other job on it.
 */
export type PoolAnswer = { readonly value: unknown } | { readonly error: string }

/** To a running job: stop; the pool has taken so many events in; are you there; nobody listens any more. */
export type ToJob =
  | { readonly type: "cancel" }
  | { readonly type: "taken"; readonly count: number }
  | { readonly type: "ping" }
  | { readonly type: "left" }

/** From a running job: one event as JSON; that it is there; the end of the events, with the reason if it was not a good one. */
export type FromJob =
  | { readonly type: "event"; readonly json: string }
  | { readonly type: "here" }
  | { readonly type: "closed"; readonly error?: string }

/** So many events may be under way before the worker waits: an agent that floods is slowed down, not buffered. */
export const credit = 256

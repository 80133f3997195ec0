import * as Schema from "effect/Schema"
import { FailureClass } from "./outcome.ts"
import { Spent } from "./spent.ts"

/** The six states of a task; everything else is a reason beside one of them. */
export const Status = Schema.Literals(["pending", "running", "completed", "merged", "failed", "discarded"])
export type Status = typeof Status.Type

export const Priority = Schema.Literals(["low", "normal", "high", "urgent"])
export type Priority = typeof Priority.Type

/** Tasks that land nothing of their own: one that is taken apart into children, and one that answers a question. */
export const Kind = Schema.Literals(["plan", "explore"])
export type Kind = typeof Kind.Type

const edges: Readonly<Record<Status, readonly Status[]>> = {
  pending: ["running", "discarded", "merged"],
  running: ["completed", "failed", "pending"],
  completed: ["merged", "running", "failed", "discarded"],
  failed: ["running", "discarded"],
  merged: [],
  discarded: [],
}

/** Whether the drawn edges allow it. `pending → merged` is for a parent whose last child is done. */
export const mayBecome = (from: Status, to: Status): boolean => edges[from].includes(to)

/** A record of one try, kept in the task's front matter. */
export const Attempt = Schema.Struct({
  n: Schema.Natural,
  agent: Schema.String,
  session: Schema.optionalKey(Schema.String),
  /** `open` from when its session is known until it ends; it stays so when nobody lives to say how it ended. */
  outcome: Schema.Union([FailureClass, Schema.Literals(["ok", "open"])]),
  reason: Schema.optionalKey(Schema.String),
  /** What to type to mend it. */
  hint: Schema.optionalKey(Schema.String),
  /** The agent's closing words. */
  said: Schema.optionalKey(Schema.String),
  /** By this attempt alone, also where it went on in an older session. */
  spent: Schema.optionalKey(Spent),
  keep: Schema.optionalKey(Schema.String),
  ms: Schema.optionalKey(Schema.Finite),
})
export type Attempt = typeof Attempt.Type

/** The front matter of `task.md`, plus the prompt below it. Keys that osier does not know survive in `extra`. */
export const Task = Schema.Struct({
  id: Schema.Natural,
  title: Schema.String,
  status: Status,
  /** Why it is in this status, for a person: "blocked by 4: failed", "changes gate inputs: check.sh". */
  reason: Schema.optionalKey(Schema.String),
  /** What its agent asks; it goes on when somebody has answered. */
  question: Schema.optionalKey(Schema.String),
  type: Schema.optionalKey(Schema.String),
  /** Absent for work that is to land; a run starts no other. */
  kind: Schema.optionalKey(Kind),
  priority: Priority,
  labels: Schema.Array(Schema.String),
  agent: Schema.optionalKey(Schema.String),
  needs: Schema.Array(Schema.Natural),
  parent: Schema.optionalKey(Schema.Natural),
  /** What its accepted plan became, all of it; the task is done when each of these is over. */
  children: Schema.optionalKey(Schema.Array(Schema.Natural)),
  /** Globs of the paths it means to change; tasks with overlapping scopes are sequenced. */
  scope: Schema.Array(Schema.String),
  independence: Schema.optionalKey(Schema.String),
  acceptance: Schema.Array(Schema.String),
  /** Names of the gates that judge it; absent means all. */
  gates: Schema.optionalKey(Schema.Array(Schema.String)),
  branch: Schema.optionalKey(Schema.String),
  /** The branch was there before the task, and stays when the task is over. */
  adopted: Schema.optionalKey(Schema.Boolean),
  /** A branch of that name may be there; its tip is kept, and it is cut anew. */
  fresh: Schema.optionalKey(Schema.Boolean),
  /** The commit its branch was cut from. */
  base: Schema.optionalKey(Schema.String),
  /** The commit that completed it. */
  tip: Schema.optionalKey(Schema.String),
  retries: Schema.optionalKey(Schema.Natural),
  limits: Schema.optionalKey(Schema.Struct({ attempt: Schema.optionalKey(Schema.Finite), idle: Schema.optionalKey(Schema.Finite) })),
  effort: Schema.optionalKey(Schema.String),
  assigned_to: Schema.optionalKey(Schema.String),
  /** Where it was declared: `plan.yaml#key`; the same plan again resumes it. */
  source: Schema.optionalKey(Schema.String),
  created: Schema.String,
  updated: Schema.String,
  attempts: Schema.Array(Attempt),
  /** The last fence of its lock, so that the lock ref may be swept when the task is over. */
  fence: Schema.optionalKey(Schema.Natural),
  /** The landing commit. */
  landed: Schema.optionalKey(Schema.String),
  extra: Schema.Record(Schema.String, Schema.Unknown),
  prompt: Schema.String,
})
export type Task = typeof Task.Type

/** Nothing more will happen to it. */
export const isOver = (status: Status): boolean => status === "merged" || status === "discarded"

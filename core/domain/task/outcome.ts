import * as Schema from "effect/Schema"

/** What a gate said. Only `pass` lets work through. */
export const Verdict = Schema.Literals(["pass", "fail", "timeout", "unrunnable"])
export type Verdict = typeof Verdict.Type

/** Who is to blame for a failed attempt; each class has a budget of its own. Nobody is for a `question`: a person's answer goes on with it. */
export const FailureClass = Schema.Literals([
  "work",
  "environment",
  "crash",
  "provider",
  "plan",
  "conflict",
  "cancelled",
  "outside",
  "question",
])
export type FailureClass = typeof FailureClass.Type

import * as Schema from "effect/Schema"

/** A path in the user's checkout that changed while a task was worked on; `proven`: its attempt did that. */
export const Noticed = Schema.Struct({ path: Schema.String, proven: Schema.Boolean })
export type Noticed = typeof Noticed.Type

/**
 * How far the newest attempt at a task has come, as its owner writes it down for whoever owns the task next. It only plans:
 * whatever is gone on with goes through every check again.
 */
export const AttemptState = Schema.Struct({
  attempt: Schema.Natural,
  /** Of the owner who wrote it. */
  fence: Schema.Natural,
  /** By which the attempt's git bears witness, and its files are called. */
  nonce: Schema.String.check(Schema.isPattern(/^[\w-]+$/)),
  /** The git folder of its tree, and its branch: what it may move. */
  gitDir: Schema.String,
  branch: Schema.String,
  /** The hash of what was written down of everything that it may not touch, before it began. */
  before: Schema.String,
  /** Whether osier has looked at what it did outside. */
  looked: Schema.Boolean,
  /** What this attempt and those before it changed in the user's checkout. */
  noticed: Schema.Array(Noticed),
  /** Hooks and configuration that changed meanwhile. */
  obeyed: Schema.Array(Schema.String),
  /** The commit that osier made of its work when the agent had ended well. */
  finished: Schema.optionalKey(Schema.String),
})
export type AttemptState = typeof AttemptState.Type

/** Whether one of two paths is the other, or a folder that it lies in. */
const overlap = (a: string, b: string): boolean => {
  const [one, two] = [a.replace(/\/$/, ""), b.replace(/\/$/, "")]
  return one === two || one.startsWith(`${two}/`) || two.startsWith(`${one}/`)
}

/** What of it a person has to look at before the work lands: what the task did there itself, and what its work changes as well. */
export const heldBy = (noticed: readonly Noticed[], files: readonly string[], also: (path: string) => boolean): readonly string[] =>
  noticed.filter(({ path, proven }) => proven || also(path) || files.some((file) => overlap(path, file))).map(({ path }) => path)

/** Together with what earlier attempts are known to have changed there; a proof is never lost. */
export const withEarlier = (now: readonly Noticed[], earlier: readonly Noticed[]): readonly Noticed[] => {
  const proven = new Set([...now, ...earlier].filter((one) => one.proven).map(({ path }) => path))
  return [...new Set([...now, ...earlier].map(({ path }) => path))].map((path) => ({ path, proven: proven.has(path) }))
}

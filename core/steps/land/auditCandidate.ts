import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { LandedTask } from "../../domain/git/landing.ts"
import { Git } from "../../world/git/git.ts"
import { fold } from "./fold.ts"
import { mergeView } from "../commit/mergeView.ts"
import type { MergeView } from "../commit/mergeView.ts"
import { readCommit } from "../commit/readCommit.ts"
import { forkOf } from "../commit/forkOf.ts"
import { changesBetween } from "../commit/changesBetween.ts"

/** A candidate would lose or invent work. Nothing was landed; this is a defect of osier or of its repository, never of a task. */
export class AuditFailed extends Data.TaggedError("AuditFailed")<{
  readonly commit: string
  readonly paths: readonly string[]
  readonly reason: string
}> {
  override get message() {
    const shown = this.paths.slice(0, 5).join(", ") + (this.paths.length > 5 ? ` and ${this.paths.length - 5} more` : "")
    return `candidate ${this.commit.slice(0, 10)} was refused: ${this.reason}${shown === "" ? "" : `: ${shown}`}`
  }
  get hint() {
    return `The target did not move. Look at the candidate with \`git show ${this.commit.slice(0, 12)}\`, and report this.`
  }
  readonly exit = 1
}

/**
 * Proves that nothing is silently lost, independently of how the candidate was made: a green gate does not prove it.
 * The first parent is the old target; every path that changes was changed by a task; a path that one task alone
 * touched is exactly that task's; and folding anew, with the merge bases said explicitly, gives the same tree.
 */
export const auditCandidate = Effect.fn("auditCandidate")(function* (candidate: {
  readonly commit: string
  readonly onto: string
  readonly tasks: readonly LandedTask[]
}) {
  const { commit, onto, tasks } = candidate
  const refuse = (reason: string, paths: readonly string[] = []) => new AuditFailed({ commit, paths, reason })
  const written = yield* readCommit(commit)
  if (written.parents[0] !== onto) return yield* refuse("its first parent is not the target")
  const view = yield* mergeView(onto)
  const moved = yield* changes(view, onto, commit)
  const works = yield* Effect.forEach(tasks, (task) => workOf(view, onto, task))
  const allowed = new Set(works.flatMap((work) => [...work.paths]))
  const strange = [...moved.keys()].filter((path) => !allowed.has(path))
  if (strange.length > 0) return yield* refuse("it changes files that no task changed", strange)
  const lost = yield* lostPaths(view, commit, works)
  if (lost.length > 0) return yield* refuse("it does not hold what the task made", lost)
  const refolded = yield* refold(view, onto, works)
  if (refolded !== written.tree) {
    const paths = refolded === undefined ? [] : [...(yield* changes(view, refolded, written.tree)).keys()]
    return yield* refuse("folding the tasks anew gives another tree", paths)
  }
}, Effect.scoped)

interface Work {
  readonly task: LandedTask
  readonly bases: readonly string[]
  /** Paths the task may change, where the target moved them included. */
  readonly paths: ReadonlySet<string>
  /** What the task itself says of each path: mode and blob, or absent. */
  readonly made: ReadonlyMap<string, string>
  /** Paths the target changed since. */
  readonly target: ReadonlySet<string>
  /** Both ends of every rename, on either side: a change of one end shows up at the other. */
  readonly partners: ReadonlyMap<string, readonly string[]>
}

const workOf = Effect.fnUntraced(function* (view: MergeView, onto: string, task: LandedTask) {
  const bases = yield* mergeBases(view, onto, task.tip)
  const made = new Map<string, string>()
  const target = new Set<string>()
  const partners = new Map<string, string[]>()
  const pair = (one: string, other: string) => partners.set(one, [...(partners.get(one) ?? []), other])
  for (const base of bases) {
    const [ours, theirs] = [yield* changes(view, base, task.tip), yield* changes(view, base, onto)]
    for (const [path, now] of ours) made.set(path, now)
    for (const path of theirs.keys()) target.add(path)
    for (const [side, changed] of [
      [task.tip, ours],
      [onto, theirs],
    ] as const) {
      // Only what is gone from its place can have been renamed; the search for it is a process of its own.
      if (![...changed.values()].some((now) => now.startsWith(absent))) continue
      for (const [from, to] of yield* renames(view, base, side)) {
        pair(from, to)
        pair(to, from)
      }
    }
  }
  const paths = new Set([...made.keys()].flatMap((path) => [path, ...(partners.get(path) ?? [])]))
  return { task, bases, paths, made, target, partners } satisfies Work
})

/** Paths of one task alone, untouched by the target and the others, whose content is not the task's. */
const lostPaths = Effect.fnUntraced(function* (view: MergeView, commit: string, works: readonly Work[]) {
  const lost: string[] = []
  for (const work of works) {
    if (work.bases.length !== 1) continue
    const others = works.filter((other) => other !== work)
    const shared = (path: string) => work.target.has(path) || others.some((other) => other.paths.has(path))
    const differing = yield* changes(view, work.task.tip, commit)
    for (const path of work.made.keys()) {
      const alone = ![path, ...(work.partners.get(path) ?? [])].some(shared)
      if (alone && differing.has(path)) lost.push(path)
    }
  }
  return lost
})

const refold = Effect.fnUntraced(function* (view: MergeView, onto: string, works: readonly Work[]) {
  let start = onto
  let tree: string | undefined
  for (const { task } of works) {
    const bases = yield* mergeBases(view, start, task.tip)
    const [base] = bases
    // A criss-cross has several bases, which only git's own search can merge.
    const explicit = bases.length === 1 && base !== undefined ? { base } : {}
    const folded = yield* fold(view, { start, tip: task.tip, mode: task.mode, name: `task-${task.id}`, ...explicit })
    if (folded.type === "conflict") return undefined
    tree = folded.tree
    start = task.side ?? start
  }
  return tree
})

const mergeBases = Effect.fnUntraced(function* (view: MergeView, one: string, other: string) {
  const fork = view.plain ? yield* forkOf(one, other) : undefined
  if (fork !== undefined) return [fork.base]
  const git = yield* Git
  const found = yield* git.run(["merge-base", "--all", one, other], { ...view.options, codes: [0, 1] })
  return found.stdout.toString().split("\n").filter(Boolean)
})

/** The mode of a path that is no more. */
const absent = "000000 "

/** Path → what it is now (`mode oid`), for every path that differs between two trees. */
const changes = Effect.fnUntraced(function* (view: MergeView, from: string, to: string) {
  // A task cut from the target as it stands is the usual case.
  if (from === to) return new Map<string, string>()
  if (view.plain) {
    const plain = yield* changesBetween(from, to)
    return new Map(plain.map(({ path, after }) => [path, after ?? `${absent}${"0".repeat(40)}`]))
  }
  const git = yield* Git
  const fields = yield* git.fields(["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", from, to], view.options)
  const found = new Map<string, string>()
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, mode = "", , oid = ""] = (fields[at] ?? "").split(" ")
    found.set(fields[at + 1] ?? "", `${mode} ${oid}`)
  }
  return found
})

const renames = Effect.fnUntraced(function* (view: MergeView, from: string, to: string) {
  const git = yield* Git
  const args = ["diff-tree", "-r", "-z", "--raw", "-M", "-l7000", "--diff-filter=R", "--no-abbrev", from, to]
  const fields = yield* git.fields(args, view.options)
  const found: (readonly [string, string])[] = []
  for (let at = 0; at + 2 < fields.length; at += 3) found.push([fields[at + 1] ?? "", fields[at + 2] ?? ""])
  return found
})

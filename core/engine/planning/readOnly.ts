import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { proposalIn } from "../../domain/plan/proposal.ts"
import type { Spent } from "../../domain/task/spent.ts"
import type { FailureClass } from "../../domain/task/outcome.ts"
import type { Kind, Status, Task } from "../../domain/task/task.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { readFindings } from "../../steps/attempt/readFindings.ts"
import { readTask, taskRef } from "../../steps/task/record.ts"
import { emptyTrash } from "../../steps/tree/removeTree.ts"
import { treeChanges } from "../../steps/keep/treeChanges.ts"
import { Refs } from "../../world/git/refs.ts"
import { RunIdentity } from "../../world/git/runIdentity.ts"
import { AttemptLost, lost, lostBy } from "../context/attemptLost.ts"
import { agentOf, attempts } from "../attempt/attempts.ts"
import { Board } from "../context/board.ts"
import { giveUp } from "../attempt/giveUp.ts"
import { spareHandwork } from "../tree/handTree.ts"
import { holding } from "../context/holding.ts"
import { Holds } from "../context/holds.ts"
import { branchFor, isAdopted, keepAndRemove, plant } from "../tree/plant.ts"
import { room, usable } from "../run/preflight.ts"
import { reconcile } from "../recovery/reconcile.ts"
import { runAgent } from "../attempt/runAgent.ts"
import { RunContext } from "../context/runContext.ts"
import { soundTip } from "../judge/soundTip.ts"
import { transition, withoutReason } from "../context/transition.ts"

/** What an agent that may only read came back with. */
export interface Findings {
  readonly attempt: number
  readonly report: string
  readonly proposal: string | undefined
  readonly session: string | undefined
  readonly spent: Spent | undefined
  readonly ms: number
  /** The commit of the target it looked at. */
  readonly base: string
}

/** What it wrote against its orders, in all attempts; nothing of that is there any more but on a keep. */
export interface Undone {
  readonly what: readonly string[]
  readonly keep?: string
}

/** The task is not one that could be planned or explored now. */
export class NotOpen extends Data.TaggedError("NotOpen")<{ readonly id: number; readonly kind: Kind; readonly reason: string }> {
  override get message() {
    return `task ${this.id} ${this.reason}`
  }
  get hint() {
    return `\`osier show ${this.id}\` tells where it stands; osier ${this.kind} "…" makes a new one.`
  }
  readonly exit = 2
}

/** Every attempt was lost. */
export class LookFailed extends Data.TaggedError("LookFailed")<{
  readonly id: number
  readonly kind: Kind
  readonly class: FailureClass
  readonly reason: string
  readonly undone: Undone
}> {
  override get message() {
    const { what, keep } = this.undone
    const undone = what.length === 0 ? "" : `; what it wrote was undone: ${what.slice(0, 5).join(", ")}`
    return `task ${this.id} failed (${this.class}): ${this.reason}${undone}${keep === undefined ? "" : `, kept at ${keep}`}`
  }
  get hint() {
    return `See what it did with \`osier logs ${this.id}\`, then \`osier ${this.kind} ${this.id}\` tries again.`
  }
  readonly exit = 1
}

const isLost = (error: unknown): error is AttemptLost => error instanceof AttemptLost

const startable: readonly Status[] = ["pending", "running", "failed"]

/**
 * Lets an agent look at the target's tip in a tree of its own, without a slot and without a gate, until `judge` is content
 * with what it found. The tree is thrown away in any case; what was written in it is kept, undone and told.
 */
export const readOnly = Effect.fn("readOnly")(function* <A, E, R>(
  id: number,
  /** Without an agent the task's own is asked. */
  { kind, agent }: { readonly kind: Kind; readonly agent: string | undefined },
  judge: (held: Held, task: Task, found: Findings) => Effect.Effect<A | AttemptLost, E, R>,
) {
  const board = yield* Board
  const { owner } = yield* RunIdentity
  const refs = yield* Refs
  const { settings, treeRoot, targetRef } = yield* RunContext
  const what = new Set<string>()
  const asked = agent === undefined ? {} : { agent }
  const undone = (): Undone => {
    const keep = board.kept.get(id)
    return { what: [...what], ...(keep === undefined || what.size === 0 ? {} : { keep }) }
  }
  const result = yield* holding("task", String(id), (held) =>
    Effect.gen(function* () {
      yield* refs.refresh([taskRef(id), targetRef])
      const { task: before } = yield* readTask(id)
      yield* refuse(before, kind)
      yield* usable([agent ?? agentOf(before, settings.agent)])
      yield* room
      yield* spareHandwork(id)
      yield* board.emit({ type: "TaskClaimed", task: id, fence: held.fence, owner: `${owner.email} (run ${owner.run})` })
      yield* board.put(before)
      yield* reconcile(held, before, "begin anew")
      // The branch stands in the record, so that no other run takes its coming and going for a trespass.
      const branch = yield* branchFor(before)
      const task = yield* transition(held, (old) => ({ ...withoutReason(old), ...asked, kind, branch, status: "running" }), [])
      const one = (current: Task, n: number, told: string | undefined) =>
        look(held, current, n, told, what).pipe(
          Effect.catchTag("AttemptLost", (error) => Effect.succeed(error)),
          Effect.flatMap((found) => (found instanceof AttemptLost ? Effect.succeed(found) : judge(held, current, found))),
        )
      return yield* attempts(held, task, undefined, one, (rest) => rest).pipe(
        Effect.catchIf(isLost, (error) =>
          Effect.andThen(giveUp(held, error), new LookFailed({ id, kind, class: error.class, reason: error.reason, undone: undone() })),
        ),
        Effect.onInterrupt(() => Effect.ignore(letGo(held, id))),
      )
    }),
  ).pipe(Effect.ensuring(Effect.ignore(emptyTrash(treeRoot))))
  return { result, undone: undone() }
})

const refuse = Effect.fnUntraced(function* (task: Task, kind: Kind) {
  const { id } = task
  if (!startable.includes(task.status)) return yield* new NotOpen({ id, kind, reason: `is ${task.status}` })
  if (task.kind !== undefined && task.kind !== kind)
    return yield* new NotOpen({ id, kind, reason: `is ${task.kind === "plan" ? "a plan" : "an exploration"}` })
  if (task.children !== undefined) return yield* new NotOpen({ id, kind, reason: `has a plan already: tasks ${task.children.join(", ")}` })
  if (isAdopted(task)) return yield* new NotOpen({ id, kind, reason: `goes on with the branch ${task.branch ?? ""}, which only work can` })
})

/** One try: the agent reads and answers; whatever else it did to its tree is put aside, and the tree goes. */
const look = Effect.fnUntraced(function* (held: Held, task: Task, n: number, told: string | undefined, what: Set<string>) {
  const board = yield* Board
  const holds = yield* Holds
  const { settings } = yield* RunContext
  const started = yield* Clock.currentTimeMillis
  const base = yield* soundTip()
  const { keepIgnored, copy } = settings.tree
  const seen = yield* Effect.scoped(
    Effect.gen(function* () {
      const tree = yield* plant(held, task, base)
      const ran = yield* runAgent(held, task, tree, n, { evidence: told, sameTree: false })
      const found = yield* readFindings(tree.path)
      const written = yield* treeChanges(tree, { keepIgnored, copy, maxBytes: settings.keep.maxBytes })
      if (written.length > 0) yield* keepAndRemove(held, task.id, tree, "it may only read, and wrote all the same")
      return { ...ran, found, written }
    }),
  )
  const { outcome, attributed, found, written } = seen
  if (written.length > 0) {
    for (const path of written) what.add(path)
    const keep = board.kept.get(task.id)
    const event = { type: "ChangesUndone", task: task.id, attempt: n, what: written } as const
    yield* board.emit(keep === undefined ? event : { ...event, keep })
  }
  if (attributed.length > 0) return yield* lost("outside", `it changed what is not its own: ${attributed.join(", ")}`, outcome)
  if (!outcome.ok) return yield* lostBy(outcome)
  yield* holds.clear(seen.agent)
  const words = outcome.text ?? ""
  return {
    attempt: n,
    report: found.report ?? words,
    proposal: found.proposal ?? proposalIn(words, task.kind ?? "plan"),
    session: outcome.session,
    spent: outcome.spent,
    ms: (yield* Clock.currentTimeMillis) - started,
    base,
  } satisfies Findings
})

/** Whoever interrupted it may want it later; until then it is nobody's. */
const letGo = Effect.fnUntraced(function* (held: Held, id: number) {
  const board = yield* Board
  if (board.task(id)?.status !== "running") return
  const reason = "interrupted"
  yield* transition(held, (old) => ({ ...withoutReason(old), status: "pending", reason }), { type: "TaskReleased", task: id, reason })
})

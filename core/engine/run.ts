import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import type { Report } from "../domain/report.ts"
import { next } from "../domain/schedule.ts"
import { isOver } from "../domain/task.ts"
import type { Task } from "../domain/task.ts"
import { emptyTrash } from "../steps/removeTree.ts"
import { readTask } from "../steps/record.ts"
import { Machine } from "../world/machine.ts"
import { Refs } from "../world/refs.ts"
import { Board } from "./board.ts"
import { Drain } from "./drain.ts"
import { gatesAt } from "./gates.ts"
import { Holds } from "./holds.ts"
import { journey } from "./journey.ts"
import { chosen } from "./chosen.ts"
import type { Choice } from "./chosen.ts"
import { recover } from "./recovery.ts"
import { reportOf } from "./reportOf.ts"
import { RunContext } from "./runContext.ts"
import { Slots } from "./slots.ts"

/** Another process's progress is looked for this often. */
const lookMs = 500

/**
 * Runs tasks until each is landed, failed, or waits for something that this run can't bring about. Every ready task starts
 * as soon as there is a slot; a failure stops nobody but its dependents.
 */
export const run = Effect.fn("run")(function* (choice: Choice) {
  const board = yield* Board
  const started = yield* Clock.currentTimeMillis
  yield* recover()
  const ids = yield* chosen(choice)
  yield* announce(ids)
  const again = new Set(choice.retryFailed === true ? ids : [])
  yield* Effect.scoped(schedule(new Set(ids), again))
  const { treeRoot } = yield* RunContext
  yield* emptyTrash(treeRoot)
  const drain = yield* Drain
  const report = reportOf(board.tasks(), new Set(ids), board.waits(), {
    ms: (yield* Clock.currentTimeMillis) - started,
    interrupted: drain.requested(),
  })
  yield* closing(report)
  return report
})

const announce = Effect.fnUntraced(function* (ids: readonly number[]) {
  const board = yield* Board
  const refs = yield* Refs
  const { self } = yield* Machine
  const { target, targetRef, settings } = yield* RunContext
  const base = (yield* refs.read(targetRef)) ?? ""
  const inForce = yield* gatesAt(base)
  yield* board.emit({
    type: "RunStarted",
    target,
    base,
    tasks: [...ids],
    concurrency: settings.concurrency,
    pid: self.pid,
    host: self.host,
    gates: inForce.gates.map((gate) => gate.name),
  })
  if (inForce.warning !== undefined) yield* board.emit({ type: "Warned", ...inForce.warning })
})

/** Starts what may start, waits for the next change, and again; no plan is kept between two changes. */
const schedule = Effect.fnUntraced(function* (mine: ReadonlySet<number>, again: Set<number>) {
  const board = yield* Board
  const drain = yield* Drain
  const slots = yield* Slots
  const { options } = yield* RunContext
  const fibers = yield* FiberMap.make<number, void, never>()
  const attempted = new Set<number>()
  let idleSince: number | undefined
  for (;;) {
    yield* refresh(mine)
    const running = new Set([...mine].filter((id) => FiberMap.hasUnsafe(fibers, id)))
    const tasks = board.tasks().map((task) => asPending(task, again, attempted, running))
    const plan = next({ tasks, running, slots: slots.free(), overlap: options.allowOverlap ? "allow" : "sequence" })
    const starting = drain.requested() ? [] : yield* startable(plan.start, mine)
    // What was completed before needs no slot: it only has to land.
    const landable = drain.requested()
      ? []
      : tasks.filter((task) => task.status === "completed" && mine.has(task.id)).map((task) => task.id)
    const fresh = [...starting, ...landable].filter((id) => !running.has(id) && !attempted.has(id))
    for (const id of fresh) {
      attempted.add(id)
      yield* FiberMap.run(fibers, id, embark(id, attempted))
    }
    for (const waiting of plan.waiting) {
      if (!mine.has(waiting.id) || waiting.why === "slot" || waiting.why === "need") continue
      const body = { task: waiting.id, reason: waiting.reason }
      const event =
        waiting.why === "overlap"
          ? { type: "TaskWaited" as const, ...body }
          : { type: "TaskBlocked" as const, ...body, by: [...waiting.by] }
      yield* board.wait(waiting.id, { reason: waiting.reason, hint: `\`osier show ${waiting.by[0] ?? waiting.id}\` tells why.` }, event)
    }
    const now = yield* Clock.currentTimeMillis
    const elsewhere = [...mine].some((id) => board.waits().get(id)?.elsewhere === true)
    const live = running.size + fresh.length
    if (live === 0 && (!elsewhere || drain.requested())) break
    const onlyUser = live > 0 && [...running, ...fresh].every((id) => board.waits().get(id)?.forUser === true)
    idleSince = onlyUser ? (idleSince ?? now) : undefined
    if (idleSince !== undefined && (now - idleSince >= options.waitMs || drain.requested())) break
    yield* board.rung.pipe(Effect.timeoutOption(elsewhere || onlyUser ? lookMs : 5000))
  }
  yield* FiberMap.clear(fibers)
  yield* FiberMap.awaitEmpty(fibers)
})

/** One task's journey; whatever it ends in, the run goes on. */
const embark = (id: number, attempted: Set<number>) =>
  Effect.gen(function* () {
    const board = yield* Board
    yield* journey(id).pipe(
      Effect.catchTag("LockHeld", (held) =>
        Effect.gen(function* () {
          attempted.delete(id)
          const reason = held.message
          yield* board.wait(id, { reason, hint: held.hint, elsewhere: true }, { type: "TaskWaited", task: id, reason })
        }),
      ),
      Effect.catchCause((cause) =>
        Cause.hasInterruptsOnly(cause)
          ? Effect.void
          : Effect.gen(function* () {
              const error = Cause.squash(cause)
              const message = error instanceof Error ? error.message : String(error)
              const hint = typeof error === "object" && error !== null && "hint" in error ? String(error.hint) : `osier logs ${id}`
              yield* board.wait(id, { reason: message, hint }, { type: "Warned", task: id, message, hint })
            }),
      ),
    )
    yield* board.ring
  })

/** Other processes move tasks too: what this run doesn't work on itself is read again. */
const refresh = Effect.fnUntraced(function* (mine: ReadonlySet<number>) {
  const board = yield* Board
  for (const task of board.tasks()) {
    if (isOver(task.status) || (mine.has(task.id) && board.waits().get(task.id)?.elsewhere !== true)) continue
    const { task: now } = yield* readTask(task.id)
    if (now.updated === task.updated && now.status === task.status) continue
    yield* board.put(now)
    if (isOver(now.status)) yield* board.wait(now.id, undefined)
  }
})

/** A task whose agent rests or is broken is not started, and says so. */
const startable = Effect.fnUntraced(function* (ids: readonly number[], mine: ReadonlySet<number>) {
  const board = yield* Board
  const holds = yield* Holds
  const { settings } = yield* RunContext
  const open: number[] = []
  for (const id of ids) {
    if (!mine.has(id)) continue
    const agent = board.task(id)?.agent ?? settings.agent ?? "none"
    const hold = yield* holds.of(agent)
    if (hold === undefined) open.push(id)
    else if ("broken" in hold) {
      const reason = `agent ${agent} does not work: ${hold.broken}`
      yield* board.wait(
        id,
        { reason, hint: "Mend the agent (`osier doctor`), then `osier run` again." },
        { type: "TaskWaited", task: id, reason },
      )
    } else {
      const until = new Date(hold.until).toISOString()
      yield* board.wait(
        id,
        { reason: hold.reason, hint: `It goes on by itself at ${until}.`, elsewhere: true },
        { type: "TaskWaited", task: id, reason: hold.reason, until },
      )
    }
  }
  return open
})

/** Failed before and wanted again, or running without an owner: as good as pending. */
const asPending = (task: Task, again: ReadonlySet<number>, attempted: ReadonlySet<number>, running: ReadonlySet<number>): Task => {
  if (running.has(task.id) || attempted.has(task.id)) return task
  const lost = task.status === "running" || (task.status === "failed" && again.has(task.id))
  return lost ? { ...task, status: "pending" } : task
}

const closing = Effect.fnUntraced(function* (report: Report) {
  const board = yield* Board
  const numbers = (list: readonly { readonly id: number }[]) => list.map((one) => one.id)
  yield* board.emit({
    type: "RunEnded",
    landed: numbers(report.landed),
    failed: numbers(report.failed),
    blocked: numbers(report.blocked),
    waiting: [...numbers(report.waiting), ...numbers(report.completed)],
    exit: report.exit,
  })
})

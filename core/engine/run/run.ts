import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import type { Report } from "../../domain/task/report.ts"
import { isOver } from "../../domain/task/task.ts"
import type { Task } from "../../domain/task/task.ts"
import { endsByItself } from "../../domain/task/wait.ts"
import { emptyTrash } from "../../steps/tree/removeTree.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { readTask } from "../../steps/task/record.ts"
import { seeCopies } from "../../steps/gate/seeCopies.ts"
import { hiddenCheckout } from "../../steps/checkout/hiddenCheckout.ts"
import { seeTags } from "../../steps/gate/seeTags.ts"
import { Machine } from "../../world/machine/machine.ts"
import { Refs } from "../../world/git/refs.ts"
import { steadyMs } from "../../world/machine/steadyMs.ts"
import { Repository } from "../../world/git/repository.ts"
import { alone } from "../context/alone.ts"
import { Board } from "../context/board.ts"
import { clearLost } from "../recovery/clearLost.ts"
import { sayConfiguration } from "../context/configured.ts"
import { Drain } from "../context/drain.ts"
import { endWaits } from "./endWaits.ts"
import { Fleet } from "../context/fleet.ts"
import { firstLook, lastLook } from "../train/firstLook.ts"
import { gatesAt } from "../judge/gates.ts"
import { journey } from "./journey.ts"
import { chosen } from "./chosen.ts"
import type { Choice } from "./chosen.ts"
import { lookThere } from "../train/lookThere.ts"
import { preflight } from "./preflight.ts"
import { recover } from "../recovery/recovery.ts"
import { reportOf } from "./reportOf.ts"
import { RunContext } from "../context/runContext.ts"
import { sayIdentity } from "./sayIdentity.ts"
import { saySigning } from "./saySigning.ts"
import { saySlots } from "./saySlots.ts"
import { Slots } from "../context/slots.ts"
import { startable } from "./startable.ts"
import { waitAfter } from "./waitAfter.ts"
import { mendOwnRefs, mendRecord, noteOwnRefs } from "../context/watchOwnRefs.ts"

/** A task that a person claimed, and the lock it is claimed with. */
export interface Claimed {
  readonly task: number
  readonly held: Held
}

/** Another process's progress is looked for this often. */
const lookMs = 500

/**
 * Runs tasks until each is landed, failed, or waits for something that this run can't bring about. Every ready task starts
 * as soon as there is a slot; a failure stops only its dependents. A task that a person claimed lands under their `claim`.
 */
export const run = Effect.fn("run")(function* (choice: Choice, claim?: Claimed) {
  const board = yield* Board
  const started = yield* steadyMs
  yield* sayConfiguration()
  yield* noteOwnRefs()
  yield* recover()
  const ids = yield* chosen(choice)
  const fleet = yield* Fleet
  for (const id of ids) {
    fleet.mine.add(id)
    if (choice.retryFailed === true) fleet.again.add(id)
  }
  const agents = agentsOf(ids.map((id) => board.task(id)))
  yield* preflight(agents)
  yield* firstLook(ids.some((id) => mayStart(board.task(id), choice)))
  yield* announce(ids)
  yield* saySigning(agents)
  if (agents.length > 0) yield* saySlots()
  const last = (interrupted: boolean, red: Pick<Report, "red"> = {}) =>
    Effect.flatMap(steadyMs, (now) => {
      const report = reportOf(board.tasks(), fleet.mine, board.waits(), { ms: now - started, interrupted, ...red })
      return Effect.as(conclude(report), report)
    })
  // Whoever watches hears the end of a run that was stopped, too.
  yield* Effect.ensuring(schedule(claim), halt).pipe(Effect.onInterrupt(() => last(true)))
  // What we had to leave unfinished somebody else may have done meanwhile. Where that can't be seen now, the next run sees it.
  yield* Effect.ignore(clearLost(fleet.brokenOff))
  const { treeRoot } = yield* RunContext
  const trash = { what: "what was taken away could not be deleted", hint: "osier clean" }
  const undeleted = (yield* alone(emptyTrash(treeRoot), trash)) ?? []
  if (undeleted.length > 0) yield* board.emit({ type: "Warned", message: `${trash.what}: ${undeleted.join(", ")}`, hint: trash.hint })
  const drain = yield* Drain
  yield* mendOwnRefs()
  return yield* last(drain.requested(), yield* lastLook(drain.requested()))
})

/** Agents that are yet to start something. */
const agentsOf = (tasks: readonly (Task | undefined)[]): readonly string[] =>
  tasks.flatMap((task) => (task?.agent === undefined || isOver(task.status) || task.status === "completed" ? [] : [task.agent]))

/** Whether an agent may be asked to work on it. */
const mayStart = (task: Task | undefined, { retryFailed }: Choice): boolean =>
  task !== undefined && !isOver(task.status) && task.status !== "completed" && (task.status !== "failed" || retryFailed === true)

/** The first words of a run. */
export const announce = Effect.fnUntraced(function* (ids: readonly number[]) {
  const board = yield* Board
  const refs = yield* Refs
  const { self } = yield* Machine
  const { target, targetRef } = yield* RunContext
  const { root, bare } = yield* Repository
  const base = (yield* refs.read(targetRef)) ?? ""
  const inForce = yield* gatesAt(base)
  yield* board.emit({
    type: "RunStarted",
    target,
    base,
    tasks: [...ids],
    concurrency: (yield* Slots).count,
    pid: self.pid,
    host: self.host,
    gates: inForce.gates.map((gate) => gate.name),
  })
  yield* sayIdentity
  const warnings = [inForce.warning, yield* hiddenCheckout(target)]
  for (const warning of warnings) if (warning !== undefined) yield* board.emit({ type: "Warned", ...warning })
  // Before any agent can write it.
  yield* seeTags()
  if (!bare) yield* seeCopies(root, inForce.copy)
})

/** Starts what may start, waits for the next change, and again; no plan is kept between two changes. */
const schedule = Effect.fnUntraced(function* (claim: Claimed | undefined) {
  const board = yield* Board
  const drain = yield* Drain
  const fleet = yield* Fleet
  const slots = yield* Slots
  const { options } = yield* RunContext
  const { mine, journeys } = fleet
  let idleSince: number | undefined
  for (;;) {
    yield* refresh
    yield* endWaits()
    const running = [...mine].filter((id) => FiberMap.hasUnsafe(journeys, id))
    const fresh = (yield* startable(running)).filter((id) => !fleet.started.has(id))
    for (const id of fresh) {
      fleet.started.add(id)
      if (board.task(id)?.status !== "completed") slots.bespeak(id)
      yield* FiberMap.run(journeys, id, startJourney(id, claim?.task === id ? claim.held : undefined))
    }
    const live = [...running, ...fresh]
    const goesOn = [...mine].some((id) => endsByItself(board.waits().get(id)))
    if (live.length === 0 && ((!goesOn && !fleet.paused) || drain.requested())) break
    const onlyUser = live.length > 0 && live.every((id) => board.waits().get(id)?.ends === "files")
    const now = yield* steadyMs
    idleSince = onlyUser ? (idleSince ?? now) : undefined
    if (idleSince !== undefined && (now - idleSince >= options.waitMs || drain.requested())) break
    yield* board.rung.pipe(Effect.timeoutOption(goesOn || onlyUser ? lookMs : 5000))
  }
})

/** Ends every journey that is still on; each closes what it opened before this returns. */
const halt = Effect.gen(function* () {
  const { journeys } = yield* Fleet
  yield* FiberMap.clear(journeys)
  yield* FiberMap.awaitEmpty(journeys)
})

/** Runs one task's journey; the run goes on however the journey ends. */
const startJourney = (id: number, claim?: Held) =>
  Effect.gen(function* () {
    const board = yield* Board
    const { started, brokenOff } = yield* Fleet
    const slots = yield* Slots
    const before = board.waits().get(id)?.reason
    yield* board.wait(id, undefined)
    yield* journey(id, claim).pipe(
      Effect.catchCause((cause) => {
        if (Cause.hasInterruptsOnly(cause)) return Effect.void
        const { wait, again, event } = waitAfter(id, Cause.squash(cause), { before, claimed: claim !== undefined })
        if (again) started.delete(id)
        brokenOff.add(id)
        return board.wait(id, wait, event)
      }),
      Effect.ensuring(Effect.sync(() => slots.forgo(id))),
    )
    yield* board.ring
  })

/** Other processes move tasks too: what this run doesn't work on itself is read again. */
const refresh = Effect.gen(function* () {
  const board = yield* Board
  yield* lookThere()
  const { mine } = yield* Fleet
  for (const task of board.tasks()) {
    if (isOver(task.status) || (mine.has(task.id) && !endsByItself(board.waits().get(task.id)))) continue
    yield* mendRecord(task.id)
    const now = yield* readTask(task.id).pipe(
      Effect.map((read) => read.task),
      // Somebody made nonsense of it: that ends our waiting for it, and nothing else.
      Effect.catchTag(["TaskFileBroken", "NoSuchTask"], ({ message, hint }) =>
        Effect.as(board.wait(task.id, { reason: message, hint, ends: "person" }, { type: "Warned", task: task.id, message, hint }), task),
      ),
    )
    if (now.updated === task.updated && now.status === task.status) continue
    yield* board.put(now)
    // Somebody plans it meanwhile: what becomes of it is no more this run's to do.
    if (now.kind !== undefined) mine.delete(now.id)
    if (isOver(now.status) || now.kind !== undefined) yield* board.wait(now.id, undefined)
  }
})

/** The last words of a run. */
export const conclude = Effect.fnUntraced(function* (report: Report) {
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

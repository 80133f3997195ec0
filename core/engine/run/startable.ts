import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import { next } from "../../domain/task/schedule.ts"
import type { Waiting } from "../../domain/task/schedule.ts"
import type { Task } from "../../domain/task/task.ts"
import { Board } from "../context/board.ts"
import { Drain } from "../context/drain.ts"
import { Fleet } from "../context/fleet.ts"
import { Holds } from "../context/holds.ts"
import { RunContext } from "../context/runContext.ts"
import { Slots } from "../context/slots.ts"

/** What may start now: the ready tasks there are slots for, and completed ones, which only have to land and need no slot. */
export const startable = Effect.fn("startable")(function* (running: readonly number[]) {
  const board = yield* Board
  const drain = yield* Drain
  const slots = yield* Slots
  const fleet = yield* Fleet
  const { options } = yield* RunContext
  const tasks = board.tasks().map((task) => asPending(task, fleet))
  // Another process owns them: to ask for their locks would be refused again, and what they work on is taken.
  const away: number[] = []
  for (const id of fleet.mine) if (board.waits().get(id)?.ends === "owner") away.push(id)
  const overlap = options.allowOverlap ? ("allow" as const) : ("sequence" as const)
  const barred = new Set<number>()
  for (;;) {
    const known = tasks.map((task) => (barred.has(task.id) ? { ...task, status: "completed" as const } : task))
    const plan = next({ tasks: known, running: [...running, ...away], slots: slots.free(), overlap })
    // A place in the plan that can't be used goes to the next in line.
    const useless: number[] = []
    for (const id of plan.start) if (!fleet.mine.has(id) || fleet.started.has(id) || !(yield* mayAsk(id))) useless.push(id)
    for (const id of useless) barred.add(id)
    if (useless.length > 0) continue
    for (const waiting of plan.waiting) if (fleet.mine.has(waiting.id)) yield* tellWaiting(waiting)
    if (drain.requested() || fleet.paused) return []
    const finished = tasks.filter((task) => isFinished(task) && fleet.mine.has(task.id) && !away.includes(task.id))
    return [...plan.start, ...finished.map((task) => task.id)]
  }
})

const isFinished = (task: Task): boolean => task.status === "completed" && task.kind === undefined

/** A slot or an unfinished need is the ordinary case and no news; the rest has a reason that somebody may want to know. */
const tellWaiting = Effect.fnUntraced(function* ({ id, why, by, reason }: Waiting) {
  if (why === "slot" || why === "need") return
  const board = yield* Board
  const event =
    why === "overlap" ? { type: "TaskWaited" as const, task: id, reason } : { type: "TaskBlocked" as const, task: id, reason, by: [...by] }
  const hint =
    why === "cycle"
      ? "Take one of these needs away: `osier tree --tasks`, edit its file, `osier sync`."
      : `\`osier show ${by[0] ?? id}\` tells why.`
  yield* board.wait(id, { reason, hint, ends: "person" }, event)
})

/** A task whose agent rests, is broken, or waits for an answer is not started, and says so. */
const mayAsk = Effect.fnUntraced(function* (id: number) {
  const board = yield* Board
  const holds = yield* Holds
  const { settings } = yield* RunContext
  const question = board.task(id)?.question
  if (question !== undefined) {
    yield* board.hold(id, `asks: ${question}`, `osier answer ${id} "…"`)
    return false
  }
  const agent = board.task(id)?.agent ?? settings.agent ?? "none"
  const hold = yield* holds.of(agent)
  if (hold === undefined) return true
  if ("broken" in hold) {
    const reason = `agent ${agent} does not work: ${hold.broken}`
    const hint = hold.hint ?? "Mend the agent (`osier doctor`), then `osier run` again."
    yield* board.wait(id, { reason, hint, ends: "person" }, { type: "TaskWaited", task: id, reason })
  } else {
    const until = new Date(hold.until).toISOString()
    const wait = { reason: hold.reason, hint: `It goes on by itself at ${until}.`, ends: { until: hold.until } }
    yield* board.wait(id, wait, { type: "TaskWaited", task: id, reason: hold.reason, until })
  }
  return false
})

/** Failed before and wanted again, or running without an owner: as good as pending. */
const asPending = (task: Task, fleet: Fleet["Service"]): Task => {
  if (FiberMap.hasUnsafe(fleet.journeys, task.id) || fleet.started.has(task.id)) return task
  const lost = task.status === "running" || (task.status === "failed" && fleet.again.has(task.id))
  return lost ? { ...task, status: "pending" } : task
}

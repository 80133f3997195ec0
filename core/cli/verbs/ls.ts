import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Lock } from "../../domain/lock.ts"
import { readLock } from "../../domain/lock.ts"
import { plainLine, span } from "../../domain/plainText.ts"
import { next } from "../../domain/schedule.ts"
import { Status } from "../../domain/task.ts"
import { type Drafted, listDrafts } from "../../steps/drafts.ts"
import { isFree } from "../../steps/isFree.ts"
import { listTasks } from "../../steps/record.ts"
import { Machine } from "../../world/machine.ts"
import { Objects } from "../../world/objects.ts"
import { Refs } from "../../world/refs.ts"
import { isSet, wordFlag } from "../flags.ts"
import { table } from "../table.ts"
import type { Call, Verb } from "../verb.ts"
import { latest } from "../../engine/latest.ts"
import { worldAt } from "../../engine/liveWorld.ts"

/** Lists tasks, or the locks. */
export const ls: Verb = (call) =>
  Effect.gen(function* () {
    const trouble = yield* latest()
    if (trouble !== undefined)
      call.screen.err(`osier: ${call.screen.errPaint.warn(`this is what was last seen: ${trouble.message}`)}\n  ${trouble.hint}`)
    return isSet(call.flags, "locks") ? yield* locks(call) : yield* tasks(call)
  }).pipe(Effect.provide(worldAt(call.at)))

const tasks = Effect.fnUntraced(function* ({ flags, json, screen }: Call) {
  const status = yield* wordFlag(flags, "status", Status.literals)
  const all = yield* listTasks()
  const { waiting } = next({ tasks: all, running: [], slots: Infinity, overlap: "allow" })
  const why = new Map(waiting.map((one) => [one.id, one.reason]))
  // A run that was stopped leaves its tasks running without an owner; they are as good as pending.
  for (const task of all.filter((one) => one.status === "running"))
    if (yield* isFree("task", String(task.id)))
      why.set(task.id, `nobody works on it now; osier ${task.kind === undefined ? "run" : `${task.kind} ${task.id}`} goes on`)
  const shown = all.filter((task) =>
    status === undefined ? isSet(flags, "all") || !["merged", "discarded"].includes(task.status) : task.status === status,
  )
  const drafts = status === undefined ? yield* listDrafts() : []
  if (json) {
    const tasks = shown.map((task) => ({ ...task, ...(why.has(task.id) ? { waits: why.get(task.id) } : {}) }))
    screen.out(JSON.stringify({ tasks, ...(drafts.length === 0 ? {} : { drafts: drafts.map(asDraft) }) }))
    return 0 as const
  }
  if (shown.length + drafts.length === 0) {
    const over =
      all.length === 0 ? 'no tasks yet: osier run "…", or osier add "…"' : `nothing open; ${all.length} tasks are over: osier ls --all`
    screen.out(over)
    return 0 as const
  }
  const { bad, dim, good, warn } = screen.paint
  const tone = { pending: dim, running: warn, completed: warn, merged: good, failed: bad, discarded: dim }
  const rows = shown.map((task) => [
    `#${task.id}`,
    task.status,
    task.agent ?? "",
    task.priority === "normal" ? "" : task.priority,
    [plainLine(task.title), plainLine(why.get(task.id) ?? task.reason ?? "")].filter((part) => part !== "").join(" · "),
  ])
  for (const { task } of drafts)
    rows.push([
      "draft",
      "",
      task.agent ?? "",
      task.priority === "normal" ? "" : task.priority,
      `${plainLine(task.title)} · no number yet: osier sync`,
    ])
  screen.out(
    table(rows, screen.width(), (text, column, row) => (column === 1 ? (tone[shown[row]?.status ?? "pending"] ?? dim)(text) : text)),
  )
  return 0 as const
})

const asDraft = ({ nonce, task: { id: _, source: __, ...task } }: Drafted) => ({ draft: nonce, ...task })

/** Every lock there is, with what is known of its owner. */
const locks = Effect.fnUntraced(function* ({ json, screen }: Call) {
  const [refs, objects, machine] = [yield* Refs, yield* Objects, yield* Machine]
  const now = yield* Clock.currentTimeMillis
  const prefix = "refs/osier/locks/"
  const found: { readonly name: string; readonly lock: Lock; readonly alive: string }[] = []
  for (const [ref] of yield* refs.list(prefix)) {
    const lock = readLock((yield* objects.read(ref))?.data.toString() ?? "")
    if (lock === undefined) continue
    found.push({ name: decodeURIComponent(ref.slice(prefix.length)), lock, alive: yield* machine.liveness(lock.owner) })
  }
  if (json) {
    screen.out(JSON.stringify({ locks: found.map(({ name, lock, alive }) => ({ name, ...lock, alive })) }))
    return 0 as const
  }
  const held = found.filter(({ lock }) => lock.state === "held")
  if (held.length === 0) screen.out("no lock is held")
  const rows = held.map(({ name, lock, alive }) => [
    name,
    lock.owner.email,
    "session" in lock.owner ? `claimed on ${lock.owner.host}` : `${lock.owner.host} process ${lock.owner.pid} (${alive})`,
    `${"session" in lock.owner ? "" : `run ${lock.owner.run}, `}${lock.expires < now ? `expired ${span(now - lock.expires)} ago` : `for another ${span(lock.expires - now)} unless renewed`}, fence ${lock.fence}`,
  ])
  screen.out(table(rows, screen.width()))
  return 0 as const
})

import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { ungated } from "../../domain/task/judgement.ts"
import { plainLine, span } from "../../domain/text/plainText.ts"
import { type Spent, spentText, spentTogether } from "../../domain/task/spent.ts"
import { next } from "../../domain/task/schedule.ts"
import { Status } from "../../domain/task/task.ts"
import type { Summary } from "../../domain/task/trailers.ts"
import { type Drafted, listDrafts } from "../../steps/task/drafts.ts"
import { isFree } from "../../steps/lock/isFree.ts"
import { readTask, surveyTasks } from "../../steps/task/record.ts"
import { surveyLocks } from "../../steps/lock/surveyLocks.ts"
import { isSet, textFlag, wordFlag } from "../flags.ts"
import type { Screen } from "../screen.ts"
import { table } from "../table.ts"
import type { Call, Verb } from "../verb.ts"
import { latest } from "../../engine/sync/latest.ts"
import { worldAt } from "../../live.ts"

/** Lists tasks, or the locks. */
export const ls: Verb = (call) =>
  Effect.gen(function* () {
    const trouble = yield* latest()
    if (trouble !== undefined)
      call.screen.err(`osier: ${call.screen.errPaint.warn(`this is what was last seen: ${trouble.message}`)}\n  ${trouble.hint}`)
    return isSet(call.flags, "locks") ? yield* locks(call, trouble === undefined) : yield* tasks(call)
  }).pipe(Effect.provide(worldAt(call.at)))

const tasks = Effect.fnUntraced(function* ({ flags, json, screen }: Call) {
  const status = yield* wordFlag(flags, "status", Status.literals)
  const label = textFlag(flags, "label")
  const { tasks: all, broken } = yield* surveyTasks()
  const why = yield* waitsOf(all)
  const wanted = (task: Summary) =>
    status === undefined ? isSet(flags, "all") || !["merged", "discarded"].includes(task.status) : task.status === status
  const shown = all.filter((task) => wanted(task) && (label === undefined || task.labels.includes(label)))
  const costs = yield* spentBy(shown)
  const drafts = (status === undefined ? yield* listDrafts() : []).filter(({ task }) => label === undefined || task.labels.includes(label))
  const listed: Listed = { shown, broken, drafts, why, costs }
  if (json) screen.out(JSON.stringify(asJson(listed)))
  else if (shown.length + drafts.length + broken.length > 0) print(listed, screen)
  else if (label !== undefined) screen.out(`nothing here has the label ${label}`)
  else if (all.length === 0) screen.out('no tasks yet: osier run "…", or osier add "…"')
  else screen.out(`nothing open; ${all.length} tasks are over: osier ls --all`)
  return 0 as const
})

/** What the list shows: tasks, what stands in the place of one and can't be read, drafts, and what is known beside them. */
interface Listed {
  readonly shown: readonly Summary[]
  readonly broken: Effect.Success<ReturnType<typeof surveyTasks>>["broken"]
  readonly drafts: readonly Drafted[]
  readonly why: ReadonlyMap<number, string>
  readonly costs: ReadonlyMap<number, Spent>
}

/** Why tasks wait, by their ids. */
const waitsOf = Effect.fnUntraced(function* (all: readonly Summary[]) {
  const { waiting } = next({ tasks: all, running: [], slots: Infinity, overlap: "allow" })
  const why = new Map(waiting.map((one) => [one.id, one.reason]))
  // A run that was stopped leaves its tasks running without an owner; they are as good as pending.
  for (const task of all.filter((one) => one.status === "running"))
    if (yield* isFree("task", String(task.id)))
      why.set(task.id, `nobody works on it now; osier ${task.kind === undefined ? "run" : `${task.kind} ${task.id}`} goes on`)
  for (const { id, reason } of all.filter((one) => one.status === "completed" && (one.reason === undefined || one.reason === ungated)))
    if (yield* isFree("task", String(id)))
      why.set(
        id,
        `${reason === undefined ? "complete" : "ungated"}: osier diff ${id} shows it, osier ${reason === undefined ? "run or osier " : ""}land ${id} lands it`,
      )
  return why
})

const asJson = ({ shown, broken, drafts, why, costs }: Listed) => {
  const tasks = shown.map((task) => ({
    ...task,
    ...(why.has(task.id) ? { waits: why.get(task.id) } : {}),
    ...(costs.has(task.id) ? { spent: costs.get(task.id) } : {}),
  }))
  const odd = broken.map(({ id, error: { message, hint, file, line } }) => ({ id, message, hint, file, line }))
  return { tasks, ...(odd.length === 0 ? {} : { broken: odd }), ...(drafts.length === 0 ? {} : { drafts: drafts.map(asDraft) }) }
}

const print = ({ shown, broken, drafts, why, costs }: Listed, screen: Screen): void => {
  const { bad, dim, good, warn } = screen.paint
  const tone = { pending: dim, running: warn, completed: warn, merged: good, failed: bad, discarded: dim }
  const priority = (task: Pick<Summary, "priority">) => (task.priority === "normal" ? "" : task.priority)
  const rows = shown.map((task) => [
    `#${task.id}`,
    task.status,
    task.agent ?? "",
    priority(task),
    [plainLine(task.title), plainLine(why.get(task.id) ?? task.reason ?? ""), spentText(costs.get(task.id) ?? {})]
      .filter((part) => part !== "")
      .join(" · "),
  ])
  for (const { id, error } of broken) rows.push([`#${id}`, "broken", "", "", `${plainLine(error.message)} · osier show ${id}`])
  for (const { task } of drafts)
    rows.push(["draft", "", task.agent ?? "", priority(task), `${plainLine(task.title)} · no number yet: osier sync`])
  screen.out(
    table(rows, screen.width(), (text, column, row) => (column === 1 ? (tone[shown[row]?.status ?? "pending"] ?? dim)(text) : text)),
  )
}

/** More tasks than these are not read one by one for what they cost. */
const readMost = 200

/** What the attempts at each task spent, as far as their agents tell. */
const spentBy = Effect.fnUntraced(function* (shown: readonly Summary[]) {
  const costs = new Map<number, Spent>()
  for (const { id, status } of shown.length > readMost ? [] : shown) {
    if (status === "pending") continue
    const attempts = yield* readTask(id).pipe(
      Effect.map(({ task }) => task.attempts),
      Effect.orElseSucceed(() => []),
    )
    const spent = spentTogether(attempts.map((one) => one.spent))
    if (Object.keys(spent).length > 0) costs.set(id, spent)
  }
  return costs
})

const asDraft = ({ nonce, task: { id: _, source: __, ...task } }: Drafted) => ({ draft: nonce, ...task })

/** Every lock there is, with what is known of its owner. */
const locks = Effect.fnUntraced(function* ({ json, screen }: Call, fresh: boolean) {
  // A caller that asks whether a lock is free must not take an old answer for a new one.
  const code = fresh ? (0 as const) : (3 as const)
  const { locks: found, broken } = yield* surveyLocks()
  if (json) {
    const locks = found.map(({ name, lock, standing, alive, silentMs }) => ({ name, ...lock, standing, alive, silentMs }))
    screen.out(JSON.stringify({ locks, broken }))
    return code
  }
  const now = yield* Clock.currentTimeMillis
  const held = found.filter(({ standing }) => standing !== "free")
  if (held.length === 0 && broken.length === 0) screen.out(fresh ? "no lock is held" : "no lock was held when the remote was last seen")
  const rows = held.map(({ name, lock: { owner, acquired, expires, fence }, alive, silentMs }) => [
    name,
    owner.email,
    "session" in owner ? `claimed on ${owner.host}` : `${owner.host} process ${owner.pid} (${alive})`,
    expires < now ? `expired ${span(now - expires)} ago` : `for another ${span(expires - now)} unless renewed`,
    silentMs < 0 ? `sign of life dated ${span(-silentMs)} ahead` : `sign of life ${span(silentMs)} ago`,
    `since ${acquired.replace(/\.\d+Z$/, "Z")}, ${"session" in owner ? "" : `run ${owner.run}, `}fence ${fence}`,
  ])
  if (rows.length > 0) screen.out(table(rows, screen.width()))
  for (const ref of broken) screen.out(screen.paint.bad(`${ref} holds no lock record: osier doctor`))
  if (held.some(({ standing }) => standing !== "held"))
    screen.out("\nWhat is dead or expired is free for whoever wants it next; osier clean --stale frees it now.")
  return code
})

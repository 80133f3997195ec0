import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Event } from "../../domain/event/event.ts"
import { short } from "../../domain/event/eventText.ts"
import { readLanding } from "../../domain/git/landing.ts"
import { holderText, lockRef } from "../../domain/lock/lock.ts"
import { count, plainLine, plainText, took } from "../../domain/text/plainText.ts"
import { spentText, spentTogether } from "../../domain/task/spent.ts"
import { next } from "../../domain/task/schedule.ts"
import type { Waiting } from "../../domain/task/schedule.ts"
import type { Kind, Task } from "../../domain/task/task.ts"
import { treeLock } from "../../domain/task/tree.ts"
import { broughtNonce, heldByUs, readClaim } from "../../steps/task/claims.ts"
import { isFree } from "../../steps/lock/isFree.ts"
import { gateTail } from "../../steps/gate/gateTail.ts"
import { inspectLock } from "../../steps/lock/inspectLock.ts"
import { readCommit } from "../../steps/commit/readCommit.ts"
import { treeEntries } from "../../steps/commit/treeEntries.ts"
import { readTask, surveyTasks, taskRef } from "../../steps/task/record.ts"
import { recordFile } from "../../steps/task/recordFile.ts"
import { Journal } from "../../world/journal/journal.ts"
import { Refs } from "../../world/git/refs.ts"
import { taskNumber } from "../flags.ts"
import type { Screen } from "../screen.ts"
import type { Verb } from "../verb.ts"
import { worldAt } from "../../live.ts"

type Judged = Extract<Event, { readonly type: "GateJudged" }>

/** Everything about one task, and what to type next. */
export const show: Verb = ({ args, json, screen, at }) =>
  Effect.gen(function* () {
    const shown = yield* gather(yield* taskNumber(args[0] ?? ""), screen)
    if (json) screen.out(JSON.stringify(asJson(shown)))
    else yield* print(shown, screen)
    return 0 as const
  }).pipe(Effect.provide(worldAt(at)))

type Shown = Effect.Success<ReturnType<typeof gather>>

const gather = Effect.fnUntraced(function* (id: number, screen: Screen) {
  const refs = yield* Refs
  const { task, commit } = yield* readTask(id)
  // Of a lock that can't be read no owner could be told; the task itself can be shown all the same.
  const seen = yield* Effect.catchTag(inspectLock(lockRef("task", String(id))), "LockBroken", ({ message, hint }) =>
    Effect.as(
      Effect.sync(() => screen.err(`osier: ${screen.errPaint.warn(message)}\n  ${hint}`)),
      undefined,
    ),
  )
  const lock = seen?.lock
  const byHand = lock?.state === "held" && "session" in lock.owner
  const claim = yield* readClaim(id)
  const nonce = (yield* broughtNonce) ?? claim?.nonce
  const claimed = byHand ? ((yield* heldByUs(id, nonce)).ours ? "here" : "elsewhere") : undefined
  const own = (yield* treeEntries()).find(({ branch, lock: by }) => by?.startsWith(treeLock) === true && branch === task.branch)
  const tree = own?.path ?? (claimed === "here" ? claim?.place?.path : undefined)
  const left = task.status === "running" && (yield* isFree("task", String(id)))
  const keeps = [...(yield* refs.list(`refs/osier/keep/${id}/`)).keys()]
  const verdicts = yield* judgements(id)
  const report = yield* recordFile(id, "report.md")
  const { tasks: known } = yield* surveyTasks()
  const wait = next({ tasks: known, running: [], slots: Infinity, overlap: "allow" }).waiting.find((one) => one.id === id)
  const blocks = known.filter(({ needs }) => needs.includes(id)).map((one) => one.id)
  const typed = nextFor(task, keeps, { claimed, left, wait })
  return { id, task, commit, lock, tree, left, keeps, verdicts, report, wait, blocks, typed }
})

const asJson = ({ id, task, commit, lock, tree, keeps, verdicts, report, wait, blocks, typed }: Shown) => ({
  task,
  record: { ref: taskRef(id), commit },
  lock: lock?.state === "held" ? { owner: lock.owner, expires: lock.expires } : null,
  ...(tree === undefined ? {} : { tree }),
  blocks,
  verdicts,
  keeps,
  report: report ?? null,
  ...(wait === undefined ? {} : { waits: wait.reason }),
  next: typed,
})

const print = Effect.fnUntraced(function* (shown: Shown, screen: Screen) {
  const { id, task, left, verdicts, report, typed } = shown
  const { bold, dim } = screen.paint
  const facts = factsOf(shown, task.landed === undefined ? undefined : `${short(task.landed)}${yield* judgedBy(task.landed)}`)
  screen.out(bold(`#${id} ${plainLine(task.title)}`))
  screen.out(facts.flatMap(([name, value]) => (value === undefined ? [] : [`  ${dim(name.padEnd(9))} ${value}`])).join("\n"))
  if (task.acceptance.length > 0) screen.out(`\nDone when:\n${task.acceptance.map((one) => `  - ${plainLine(one)}`).join("\n")}`)
  printAttempts(task, left, screen)
  if (verdicts.length > 0) screen.out("\nGates (last verdict of each):")
  for (const one of verdicts) {
    const log = one.log === undefined ? "" : `  ${dim(one.log)}`
    screen.out(`  ${one.gate}: ${one.verdict}${one.cached ? " (judged before)" : ` in ${took(one.ms)}`}${log}`)
    if (one.verdict === "pass" || one.log === undefined) continue
    const lines = yield* gateTail(one.log)
    if (lines.length > 0) screen.out([...lines.map((line) => dim(`    │ ${line}`)), `    more: osier logs ${id}`].join("\n"))
  }
  if (task.prompt.trim() !== plainLine(task.title)) screen.out(`\n${task.prompt.trim()}`)
  if (report !== undefined) screen.out(`\n${bold("Report:")}\n${plainText(report)}`)
  screen.out(`\nNext:\n${typed.map((one) => `  ${one}`).join("\n")}`)
})

const factsOf = (
  { id, task, lock, tree, left, keeps, wait, blocks }: Shown,
  landed: string | undefined,
): readonly (readonly [string, string | undefined])[] => {
  const why = left ? "nobody works on it now" : (task.reason ?? wait?.reason)
  const some = (words: readonly string[]) => (words.length === 0 ? undefined : words.join(", "))
  const numbers = (ids: readonly number[]) => ids.map((one) => `#${one}`)
  return [
    ["status", `${task.status}${why === undefined ? "" : `: ${plainLine(why)}`}`],
    ["kind", task.kind],
    ["agent", task.agent],
    ["part of", task.parent === undefined ? undefined : `#${task.parent}`],
    ["children", task.children === undefined ? undefined : numbers(task.children).join(", ")],
    ["needs", some(numbers(task.needs))],
    ["needed by", some(numbers(blocks))],
    ["scope", some(task.scope)],
    ["priority", task.priority === "normal" ? undefined : task.priority],
    ["labels", some(task.labels)],
    ["effort", task.effort],
    ["alone", task.independence],
    ["assigned", task.assigned_to],
    ["branch", task.kind === undefined ? task.branch : undefined],
    ["tree", tree],
    ["base", task.base === undefined ? undefined : short(task.base)],
    ["tip", task.tip === undefined ? undefined : short(task.tip)],
    ["landed", landed],
    ["owner", lock?.state === "held" ? holderText(lock.owner) : undefined],
    ["source", task.source],
    ["kept", some(keeps)],
    ["record", `git show ${taskRef(id)}`],
  ]
}

const printAttempts = ({ attempts }: Task, left: boolean, screen: Screen): void => {
  if (attempts.length > 0) screen.out(`\n${count(attempts.length, "attempt")}:`)
  for (const one of attempts) {
    const time = one.ms === undefined ? "" : ` in ${took(one.ms)}`
    const cost = spentText(one.spent ?? {})
    const how = one.outcome === "open" ? (left ? "cut off" : "at work") : one.outcome
    screen.out(
      `  ${one.n}. ${one.agent}: ${how}${time}${cost === "" ? "" : ` (${cost})`}${one.reason === undefined ? "" : `, ${plainLine(one.reason)}`}`,
    )
    if (one.said !== undefined && one.outcome !== "ok") screen.out(screen.paint.dim(`     its last words: ${plainLine(one.said)}`))
    if (one.hint !== undefined) screen.out(`     to mend it: ${plainLine(one.hint)}`)
  }
  const all = spentText(spentTogether(attempts.map((one) => one.spent)))
  if (all !== "" && attempts.length > 1) screen.out(`  together: ${all}`)
}

/** What judged a landing, as it says itself: the journal may be gone, or of another machine. */
const judgedBy = (landing: string) =>
  readCommit(landing).pipe(
    Effect.map(({ message }) => {
      const verdicts = readLanding(message)?.verdicts
      if (verdicts === undefined) return ""
      return verdicts.length === 0 ? ", ungated" : `, passed ${verdicts.map(({ gate }) => plainLine(gate)).join(", ")}`
    }),
    Effect.orElseSucceed(() => ""),
  )

/** The last verdict of each gate, as the journal of this machine tells. */
const judgements = Effect.fnUntraced(function* (id: number) {
  const journal = yield* Journal
  const last = new Map<string, Judged>()
  yield* Stream.runForEach(journal.read(0), (event) =>
    Effect.sync(() => {
      if (event.type === "GateJudged" && event.task === id) last.set(event.gate, event)
    }),
  )
  return [...last.values()].map(({ gate, verdict, ms, cached, tree, log }) => ({
    gate,
    verdict,
    ms,
    cached,
    tree,
    ...(log === undefined ? {} : { log }),
  }))
})

/** Who works on a task: a person here or elsewhere, or nobody although it is running, as after a run that was killed. */
interface Ownership {
  readonly claimed: "here" | "elsewhere" | undefined
  readonly left: boolean
  /** What keeps it from starting. */
  readonly wait: Waiting | undefined
}

/** What a person would type about a task in this state. */
const nextFor = (task: Task, keeps: readonly string[], { claimed, left, wait }: Ownership): readonly string[] => {
  const { id, status, landed } = task
  if (task.kind !== undefined) return nextBeside(task, task.kind)
  const restore = keeps.length === 0 ? [] : [`osier keep restore ${id}`]
  switch (status) {
    case "pending":
      if (task.question !== undefined) return [`osier answer ${id} "…"`, `osier logs ${id}`, `osier discard ${id}`]
      if (wait?.why === "failed") return [...wait.by.map((one) => `osier show ${one}`), `osier discard ${id}`]
      return ["osier run", `osier discard ${id}`]
    case "running":
      if (left) return ["osier run", `osier logs ${id}`]
      if (claimed === "here") return [`osier done ${id}`, `osier release ${id}`]
      if (claimed === "elsewhere") return ["osier ls --locks", `osier claim ${id} --steal`]
      return [`osier logs ${id} -f`, "osier watch"]
    case "completed":
      return [`osier diff ${id}`, `osier land ${id}`, `osier discard ${id}`]
    case "failed":
      return [
        `osier logs ${id}`,
        ...(keeps.length > 0 || task.tip !== undefined ? [`osier diff ${id} --stat`] : []),
        `osier retry ${id}`,
        ...restore,
        `osier discard ${id}`,
      ]
    case "merged":
      return [landed === undefined ? `osier logs ${id}` : `git show ${short(landed)}`]
    case "discarded":
      return restore.length === 0 ? ["osier ls --all"] : restore
  }
}

/** The same of a plan or an exploration, which no run works on. */
const nextBeside = ({ id, status, children }: Task, kind: Kind): readonly string[] => {
  if (status === "merged") return kind === "plan" ? [`osier logs ${id}`] : [`osier explore ${id}`]
  if (status === "discarded") return ["osier ls --all"]
  return children === undefined ? [`osier ${kind} ${id}`, `osier logs ${id}`, `osier discard ${id}`] : ["osier run", "osier ls"]
}

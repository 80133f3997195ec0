import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { Event } from "../domain/event/event.ts"
import type { Declared } from "../domain/plan/planDraft.ts"
import { plainLine, plainText } from "../domain/text/plainText.ts"
import type { Kind } from "../domain/task/task.ts"
import { type Accepted, acceptProposal } from "../engine/planning/acceptProposal.ts"
import { addTasks } from "../engine/tasks/addTasks.ts"
import { explore } from "../engine/planning/explore.ts"
import { plan, type Proposed } from "../engine/planning/plan.ts"
import { RunContext } from "../engine/context/runContext.ts"
import { standingProposal } from "../engine/planning/standingProposal.ts"
import { readTask } from "../steps/task/record.ts"
import { Journal } from "../world/journal/journal.ts"
import { ask } from "./ask.ts"
import { UsageWrong } from "./commandLine.ts"
import { declared } from "./declare.ts"
import { isSet, textFlag } from "./flags.ts"
import { liveView, shown } from "./liveView.ts"
import { proposalText, sideBySide } from "./proposalText.ts"
import { withSignals } from "./signals.ts"
import type { Call } from "./verb.ts"

/** Asks an agent that may only read, shows what it came back with, and makes tasks of that when a person says so. */
export const propose = Effect.fnUntraced(function* (call: Call, kind: Kind) {
  const { flags, json, screen } = call
  const word = call.args[0] ?? ""
  const given = /^#?[1-9]\d{0,8}$/.test(word) ? Number(word.replace("#", "")) : undefined
  const id = given ?? (yield* create(call, kind))
  const renew = given !== undefined && isSet(flags, "new")
  const standing = renew ? undefined : yield* standingProposal(id, kind)
  if (standing !== undefined && isSet(flags, "accept")) return told(call, kind, standing, yield* acceptProposal(id, kind))
  const proposed = standing ?? (yield* watched(call, id, kind))
  if (!json) screen.out(proposedText(call, kind, proposed))
  if (proposed.tasks.length === 0) return told(call, kind, proposed)
  const yes = isSet(flags, "accept") || (screen.asks && !json && (yield* ask("Make these tasks?")))
  return told(call, kind, proposed, yes ? yield* acceptProposal(id, kind) : undefined)
})

/** The task or question that was typed; the same words again find the one that is not over. */
const create = Effect.fnUntraced(function* (call: Call, kind: Kind) {
  const { settings } = yield* RunContext
  const agent = textFlag(call.flags, "agent") ?? settings.agent
  const [task] = yield* declared(call, agent === undefined ? settings : { ...settings, agent })
  if (task === undefined) return yield* new UsageWrong({ message: `${kind} needs a text`, hint: `osier ${kind} --help` })
  const asked: Declared = agent === undefined ? task : { ...task, agent: task.agent ?? agent }
  const [added] = yield* addTasks([asked], { again: isSet(call.flags, "new") ? "new" : "resume", kind })
  return added?.id ?? 0
})

const last: Readonly<Record<Kind, Event["type"]>> = { plan: "PlanProposed", explore: "TaskMerged" }

/** Lets the agent do it while a person watches; a signal ends it at once, there is nothing that would have to be finished. */
const watched = Effect.fnUntraced(function* (call: Call, id: number, kind: Kind) {
  const journal = yield* Journal
  const { task } = yield* readTask(id)
  const agent = textFlag(call.flags, "agent")
  const stopped = yield* Deferred.make<void>()
  const work = Effect.raceFirst(
    kind === "plan" ? plan(id, agent) : explore(id, agent),
    Effect.andThen(Deferred.await(stopped), Effect.interrupt),
  )
  const stoppable = withSignals(work, () => Effect.asVoid(Deferred.succeed(stopped, undefined)))
  if (call.json) return yield* stoppable
  const live = liveView(call.screen, { json: false })
  live.know([[id, task.title]])
  return yield* shown(live, journal.subscribe, stoppable, (event) => event.type === last[kind])
})

const proposedText = ({ screen }: Call, kind: Kind, { id, title, tasks, report, undone }: Proposed): string => {
  const { paint } = screen
  const parts = [`\n${paint.bold(`#${id} ${plainLine(title)}`)}`]
  if (report.trim() !== "" && (kind === "explore" || tasks.length === 0)) parts.push(plainText(report))
  if (tasks.length > 0) parts.push(proposalText(tasks, paint))
  if (undone.what.length > 0) {
    const kept = undone.keep === undefined ? "" : `; it is kept: ${undone.keep} (osier keep show ${id})`
    parts.push(paint.warn(`It may only read, and wrote all the same. Undone: ${undone.what.join(", ")}${kept}`))
  }
  return parts.join("\n\n")
}

const document = (proposed: Proposed, accepted: Accepted | undefined) => ({
  task: proposed.id,
  title: proposed.title,
  report: proposed.report,
  proposal: proposed.tasks.map(({ source: _source, ...task }) => task),
  sideBySide: proposed.tasks.length === 0 ? [] : sideBySide(proposed.tasks),
  undone: proposed.undone,
  ...(accepted === undefined ? {} : { accepted: accepted.tasks, drifted: accepted.drifted }),
})

/** The closing words, and the exit code. */
const told = (call: Call, kind: Kind, proposed: Proposed, accepted?: Accepted): 0 | 5 => {
  const { json, screen } = call
  const { id, tasks } = proposed
  const waits = tasks.length > 0 && accepted === undefined
  const command = `osier ${kind} ${id} --accept`
  if (json) screen.out(JSON.stringify({ ...document(proposed, accepted), ...(waits ? { next: command } : {}) }))
  else if (waits) screen.out(`\nNothing was made yet. Accept it with: ${screen.paint.bold(command)}`)
  else if (accepted !== undefined) {
    for (const task of accepted.tasks)
      screen.out(`${screen.paint.good("+")} #${task.id} ${plainLine(task.title)}${task.resumed ? " (it was there already)" : ""}`)
    if (accepted.drifted.length > 0)
      screen.out(screen.paint.warn(`Changed since it was planned, and in its scope: ${accepted.drifted.slice(0, 10).join(", ")}`))
    screen.out(`\nStart them with: ${screen.paint.bold("osier run")}`)
  }
  return waits ? 5 : 0
}

import * as Effect from "effect/Effect"
import type { Declared } from "../../domain/plan/planDraft.ts"
import { slug } from "../../domain/text/slug.ts"
import { addTasks } from "../../engine/tasks/addTasks.ts"
import { giveAgent } from "../../engine/run/giveAgent.ts"
import { gatesAt } from "../../engine/judge/gates.ts"
import { engineOf, worldAt } from "../../live.ts"
import { preflight } from "../../engine/run/preflight.ts"
import { run as go } from "../../engine/run/run.ts"
import { RunContext } from "../../engine/context/runContext.ts"
import { readSettings } from "../../steps/given/readSettings.ts"
import { listTasks, readTask } from "../../steps/task/record.ts"
import { Refs } from "../../world/git/refs.ts"
import { UsageWrong } from "../commandLine.ts"
import { declared, onlyForNew, settingsFlags } from "../declare.ts"
import { checkJobs, durationFlag, isSet, textFlag } from "../flags.ts"
import { asScheduled, asStored, rehearsalText, rehearse } from "../rehearsal.ts"
import type { LiveView } from "../liveView.ts"
import { showRun } from "../showRun.ts"
import { titled } from "../titled.ts"
import type { Call, Verb } from "../verb.ts"

/** Works on tasks, or says what it would do. */
export const run: Verb = (call) =>
  Effect.gen(function* () {
    const waitMs = yield* durationFlag(call.flags, "wait")
    yield* checkJobs(call.flags)
    const read = yield* readSettings(settingsFlags(call))
    const settings = yield* named(call, read.settings)
    const options = {
      allowOverlap: isSet(call.flags, "allowOverlap"),
      allowUngated: isSet(call.flags, "allowUngated"),
      allowGateChanges: isSet(call.flags, "allowGateChanges"),
      ...(waitMs === undefined ? {} : { waitMs }),
    }
    return yield* work(call).pipe(Effect.provide(engineOf({ settings, workingText: read.workingText, options })))
  }).pipe(Effect.provide(worldAt(call.at)))

/** `--name` stands in for the part of the branch that a title would make. */
const named = Effect.fnUntraced(function* <S extends { readonly branch: string }>(call: Call, settings: S) {
  const name = textFlag(call.flags, "name")
  if (name === undefined) return settings
  const words = call.args.length + (typeof call.flags["task"] === "object" ? call.flags["task"].length : 0)
  if (words !== 1 || call.flags["from"] !== undefined)
    return yield* new UsageWrong({ message: "--name is for a lone task", hint: 'osier run --name login "Add a login page"' })
  if (slug(name) !== name)
    return yield* new UsageWrong({ message: `--name can't be ${JSON.stringify(name)}`, hint: `write it as ${slug(name)}` })
  return { ...settings, branch: settings.branch.replaceAll("{slug}", name) }
})

const work = Effect.fnUntraced(function* (call: Call) {
  const { settings } = yield* RunContext
  const ids = call.args.flatMap((word) => /^#?(\d+)$/.exec(word)?.[1] ?? []).map(Number)
  if (ids.length > 0) return yield* byNumber(call, ids)
  const tasks = yield* declared(call, settings)
  yield* preflight(tasks.flatMap(({ agent = settings.agent }) => (agent === undefined ? [] : [agent])))
  if (isSet(call.flags, "dryRun")) return yield* dryRun(call, tasks)
  return yield* showRun(call, (live) => (tasks.length === 0 ? titled(live, go({ ids: "ready" })) : begin(call, tasks, live)))
})

/** Tasks that are in the store already, and these alone. */
const byNumber = Effect.fnUntraced(function* (call: Call, ids: readonly number[]) {
  if (ids.length < call.args.length || call.flags["from"] !== undefined || call.flags["task"] !== undefined)
    return yield* new UsageWrong({
      message: "numbers of tasks and new tasks can't be mixed",
      hint: `osier run ${ids.join(" ")}, and the new ones by a command of their own`,
    })
  yield* onlyForNew(call)
  for (const id of ids) yield* readTask(id)
  if (isSet(call.flags, "dryRun"))
    return yield* new UsageWrong({ message: "--dry-run is for new tasks, or for all there are", hint: "osier run --dry-run" })
  const agent = textFlag(call.flags, "agent")
  if (agent !== undefined) yield* giveAgent(ids, agent)
  return yield* showRun(call, (live) => titled(live, go({ ids, retryFailed: true })))
})

/** The tasks first, then the work on them: whoever watches sees both. */
const begin = Effect.fnUntraced(function* (call: Call, tasks: readonly Declared[], live: LiveView) {
  const added = yield* addTasks(tasks, { again: isSet(call.flags, "new") ? "new" : "resume" })
  live.know(added.map(({ id, title }) => [id, title] as const))
  const again = added.filter((task) => task.resumed)
  if (again.length > 0 && !call.json)
    call.screen.err(`osier: going on with ${again.map(({ id }) => `#${id}`).join(", ")} from before (--new makes new ones)`)
  for (const { id, changed } of call.json ? [] : again)
    if (changed !== undefined) call.screen.err(`osier: #${id} is as the plan has it now: ${changed.join(", ")}`)
  return yield* go({ ids: added.map(({ id }) => id), retryFailed: true })
})

const dryRun = Effect.fnUntraced(function* (call: Call, tasks: readonly Declared[]) {
  const refs = yield* Refs
  const { settings, target, targetRef, options } = yield* RunContext
  const agent = settings.agent ?? ""
  const stored = yield* listTasks()
  const known = asStored(stored, agent)
  const open = known.filter((task) => task.kind === undefined && !["merged", "discarded", "failed", "completed"].includes(task.status))
  const { gates } = yield* gatesAt((yield* refs.read(targetRef)) ?? "")
  const { concurrency } = settings
  const rehearsed = rehearse(
    tasks.length === 0 ? open : asScheduled(tasks, agent, stored, isSet(call.flags, "new") ? "new" : "resume"),
    known,
    {
      target,
      gates,
      concurrency,
      allowOverlap: options.allowOverlap,
    },
  )
  if (call.json) {
    // The numbers of tasks that are not made yet are guesses: a need is told by the name it has here.
    const nameOf = new Map(rehearsed.waves.flat().map(({ id, name }) => [id, name]))
    const waves = rehearsed.waves.map((wave) =>
      wave.map(({ name, title, agent: by, needs, independence }) => ({
        name,
        title,
        agent: by,
        needs: needs.map((need) => nameOf.get(need) ?? `#${need}`),
        ...(independence === undefined ? {} : { independence }),
      })),
    )
    const stuck = rehearsed.stuck.map(({ task, reason }) => ({ name: task.name, reason }))
    call.screen.out(JSON.stringify({ ...rehearsed, waves, stuck }))
  } else call.screen.out(rehearsalText(rehearsed))
  return 0 as const
})

import * as Effect from "effect/Effect"
import { delimiter } from "node:path"
import { withAttempt } from "../../domain/task/attemptRecord.ts"
import { unsigned } from "../../domain/settings/environment.ts"
import { spentTogether } from "../../domain/task/spent.ts"
import type { Task } from "../../domain/task/task.ts"
import type { Tree } from "../../domain/task/tree.ts"
import { attempt } from "../../steps/attempt/attempt.ts"
import { stillOurs } from "../../steps/lock/lock.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { ownStash } from "../../steps/tree/ownStash.ts"
import { charged } from "../context/attemptLost.ts"
import { Board } from "../context/board.ts"
import { guard } from "./guard.ts"
import { prepare } from "./prepare.ts"
import type { Last } from "./prepare.ts"
import { RunContext } from "../context/runContext.ts"
import { transition } from "../context/transition.ts"

/** Runs the task's agent once in a tree, within its limits, and looks at what it did outside of it. */
export const runAgent = Effect.fn("runAgent")(function* (held: Held, task: Task, tree: Tree, n: number, last: Last) {
  const { settings, signs } = yield* RunContext
  const board = yield* Board
  const { profile, job, adapter } = yield* prepare(held, task, tree, n, last)
  const path = [yield* ownStash(tree), ...(job.env["PATH"] === undefined ? [] : [job.env["PATH"]])].join(delimiter)
  // Its git has no way to the key: without this each of its commits would fail.
  const silenced = profile.sign !== true && (yield* charged(signs)) ? [unsigned] : []
  yield* board.emit({
    type: "AttemptStarted",
    task: task.id,
    attempt: n,
    agent: profile.name,
    adapter: profile.adapter,
    tree: tree.path,
    branch: tree.branch,
  })
  const inSession = task.attempts.filter(({ session }) => session !== undefined && session === job.session)
  const services = yield* Effect.context<Effect.Services<ReturnType<typeof begun>>>()
  const guarded = guard(held, task, tree, n, ({ env, named }) =>
    attempt({
      adapter,
      job: { ...job, env: { ...job.env, ...env, ...alsoSet(env, silenced), PATH: path } },
      attemptMs: task.limits?.attempt ?? profile.attemptMs ?? settings.limits.attemptMs,
      idleMs: task.limits?.idle ?? profile.idleMs ?? settings.limits.idleMs,
      graceMs: settings.limits.graceMs,
      emit: board.emit,
      named,
      before: spentTogether(inSession.map(({ spent }) => spent)),
      // A record that can't be written now is written when the attempt ends.
      onSession: (session) => Effect.ignore(Effect.provide(begun(held, { n, agent: profile.name, session }), services)),
      // Whoever took the task over may work in this very folder.
      ours: stillOurs(held),
    }),
  )
  return { agent: profile.name, ...(yield* charged(guarded)) }
})

/** More settings for its git, behind those that it has. */
const alsoSet = (env: Readonly<Record<string, string>>, more: readonly string[]): Readonly<Record<string, string>> => {
  const all = [...(env[parameters] === undefined ? [] : [env[parameters]]), ...more]
  return all.length === 0 ? {} : { [parameters]: all.join(" ") }
}

const parameters = "GIT_CONFIG_PARAMETERS"

/** The session belongs to the attempt from the moment it is known: whatever ends this process, the next one goes on in it. */
const begun = (held: Held, { n, agent, session }: { readonly n: number; readonly agent: string; readonly session: string }) =>
  transition(
    held,
    (old) => {
      const before = old.attempts.find((one) => one.n === n)
      return { ...old, attempts: withAttempt(old.attempts, { ...before, n, agent, session, outcome: "open" }) }
    },
    [],
  )

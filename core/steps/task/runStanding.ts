import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Standing } from "../../domain/event/standing.ts"
import { emptyRun, seen, titled } from "../../domain/event/runView.ts"
import type { RunView } from "../../domain/event/runView.ts"
import { Journal } from "../../world/journal/journal.ts"
import { childrenOf } from "../../world/machine/childrenOf.ts"
import { listTasks } from "./record.ts"
import type { LiveRun } from "../lock/liveRuns.ts"
import { surveyLocks } from "../lock/surveyLocks.ts"

/**
 * What a living run waits for, told from what it leaves behind: its events, its locks, its processes. It is asked nothing, so
 * that one that answers nobody any more can be looked at as well.
 */
export const runStanding = Effect.fn("runStanding")(function* ({ run, process }: LiveRun) {
  const journal = yield* Journal
  const titles = (yield* listTasks()).map(({ id, title }) => [id, title] as const)
  const view = yield* journal.read(0).pipe(
    Stream.filter((event) => event.run === run),
    Stream.runFold((): RunView => titled(emptyRun(), titles), seen),
  )
  const { locks } = yield* surveyLocks()
  return {
    run,
    pid: process.pid,
    view,
    now: yield* Clock.currentTimeMillis,
    children: yield* childrenOf(process.pid),
    locks: locks
      .filter(({ standing }) => standing !== "free")
      .map(({ name, lock, silentMs }) => ({
        name,
        own: !("session" in lock.owner) && lock.owner.run === run,
        holder: "session" in lock.owner ? `${lock.owner.email} (claimed)` : `run ${lock.owner.run}`,
        silentMs,
      })),
  } satisfies Standing
})

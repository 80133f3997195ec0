import * as Effect from "effect/Effect"
import { readLanding } from "../../domain/git/landing.ts"
import { Objects } from "../../world/git/objects.ts"
import { landingsBetween } from "../commit/landingsBetween.ts"
import { proveLanded } from "../land/proveLanded.ts"
import { readCommit } from "../commit/readCommit.ts"
import { readTask } from "./record.ts"

/** More steps at once than this are judged as one rather than proven one by one. */
const most = 100

/**
 * Whether the target got from one commit to the other by landings of osier's alone: each step proven by its words, its fold,
 * and the record of each task in it. `foreign` names tasks that nobody else can have landed.
 */
export const provenLandings = Effect.fn("provenLandings")(function* (asked: {
  readonly from: string
  readonly to: string
  readonly foreign: ReadonlySet<number>
  /** Tips of work that was done elsewhere need not be here. */
  readonly far: boolean
}) {
  const steps = yield* landingsBetween(asked.from, asked.to)
  if (steps.length === 0 || steps.length > most) return false
  let last = asked.from
  for (const { commit, parent, tasks } of steps) {
    if (parent !== last || tasks.length === 0 || tasks.some((id) => asked.foreign.has(id))) return false
    if (!(yield* isLanding(commit, parent, asked.far))) return false
    last = commit
  }
  return true
})

const isLanding = Effect.fnUntraced(function* (commit: string, parent: string, far: boolean) {
  const objects = yield* Objects
  const { message } = yield* readCommit(commit)
  for (const { id, tip } of readLanding(message)?.tasks ?? []) {
    const known = yield* readTask(id).pipe(
      Effect.map(({ task }) => task.tip),
      Effect.catchTag(["NoSuchTask", "TaskFileBroken"], () => Effect.succeed(undefined)),
    )
    if (known !== tip) return false
    if (far && (yield* objects.look(tip)) === undefined) continue
    if ((yield* proveLanded({ target: commit, task: id, tip, base: parent })) === undefined) return false
  }
  return true
})

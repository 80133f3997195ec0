import * as Effect from "effect/Effect"
import { nanoid } from "nanoid"
import type { AttemptState } from "../../domain/task/attemptState.ts"
import { changeText, isPowerful, undoCommand } from "../../domain/git/settingChange.ts"
import type { SettingChange } from "../../domain/git/settingChange.ts"
import type { Task } from "../../domain/task/task.ts"
import type { Tree } from "../../domain/task/tree.ts"
import type { AttemptEnd } from "../../steps/attempt/attempt.ts"
import { attribution } from "../../steps/attempt/attribution.ts"
import type { Configuration } from "../../steps/given/configuration.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { fingerprint } from "../../steps/attempt/outside.ts"
import { saveFingerprint } from "../../steps/attempt/savedFingerprint.ts"
import { strangeDrivers } from "../../steps/given/strangeDrivers.ts"
import { lost } from "../context/attemptLost.ts"
import { attemptFolder, readAttempt, writeAttempt } from "../tree/attemptState.ts"
import { watchSettings } from "../context/configured.ts"
import { takeBack, tellOutside } from "./lookOutside.ts"
import { noticeMove } from "../judge/soundTip.ts"

/** What the guarded part may add to: the environment that makes git bear witness, and paths that its agent spoke of. */
export interface Watch {
  readonly env: Readonly<Record<string, string>>
  readonly named: Set<string>
}

/** What an attempt did outside of its tree. */
export interface Verdict {
  readonly outcome: AttemptEnd
  /** What it did, by evidence: the attempt fails for it, and moved refs are back where they were. */
  readonly attributed: readonly string[]
  /** What else changed meanwhile, for a person to look at before it lands. */
  readonly state: Omit<AttemptState, "fence">
}

/**
 * Runs an attempt and looks before and after at everything it may not touch. Only evidence makes a change the attempt's: its
 * own git said so, or its agent named the path. The rest is told and never undone; the user works here too. What was there
 * before is written down, so that the next run can look when this process does not live to do it.
 */
export const guard = Effect.fn("guard")(function* <E, R>(
  held: Held,
  task: Task,
  tree: Tree,
  attempt: number,
  body: (watch: Watch) => Effect.Effect<AttemptEnd, E, R>,
) {
  const nonce = nanoid()
  const folder = yield* attemptFolder(task.id, { attempt, nonce })
  const earlier = (yield* readAttempt(task.id))?.noticed ?? []
  const before = yield* fingerprint()
  const obey = yield* watchSettings(`the agent of task ${task.id}`, task.id)
  const witness = yield* attribution({ folder, nonce })
  const { gitDir, branch } = tree
  const own = {
    attempt,
    nonce,
    gitDir,
    branch,
    before: yield* saveFingerprint(folder, before),
    looked: false,
    noticed: earlier,
    obeyed: [],
  }
  yield* writeAttempt(held, own)
  const named = new Set<string>()
  const look = Effect.gen(function* () {
    const taken = yield* takeBack({ task: task.id, attempt, own: tree, witness })
    yield* noticeMove().pipe(Effect.catchTag(["NoTarget", "NoRemoteTarget"], () => Effect.void))
    const { changes, configuration } = yield* obey
    yield* refusePlanted(tree, changes, configuration)
    const { attributed, noticed } = yield* tellOutside({ task: task.id, before, taken, named, tree: tree.path, earlier })
    const obeyed = changes.map((change) => `${changeText(change)} (undo: ${undoCommand(change)})`)
    return { attributed, state: { ...own, looked: true, noticed, obeyed } satisfies Verdict["state"] }
  })
  // However it ends: one that is stopped has done what it did.
  const noted = Effect.flatMap(look, ({ state }) => writeAttempt(held, state))
  const outcome = yield* body({ env: witness.env, named }).pipe(Effect.onError(() => Effect.ignore(noted)))
  const { attributed, state } = yield* look
  if (state.noticed.length > 0) yield* writeAttempt(held, state)
  return { outcome, attributed, state } satisfies Verdict
})

/** Before any git looks at files of the tree: what came about meanwhile could make it start something. */
const refusePlanted = Effect.fnUntraced(function* (tree: Tree, settings: readonly SettingChange[], configuration: Configuration) {
  const powerful = settings.filter(isPowerful)
  const planted = [...powerful.map(changeText), ...(yield* strangeDrivers(tree, configuration))].join("; ")
  if (planted === "") return
  const undo = powerful.length === 0 ? "" : `; undo it with ${powerful.map(undoCommand).join(" && ")}`
  return yield* lost("environment", `git would obey what came about while it worked, so osier ran none there: ${planted}${undo}`)
})

import * as Effect from "effect/Effect"
import type { Task } from "../../domain/task/task.ts"
import { auditCandidate } from "../../steps/land/auditCandidate.ts"
import { planCandidate, sealCandidate } from "../../steps/land/candidate.ts"
import { gateChange, overlaid } from "../../steps/gate/gateChange.ts"
import type { GateChange } from "../../steps/gate/gateChange.ts"
import type { GatesInForce } from "../../steps/gate/gateSettings.ts"
import { holdJudged, letJudgedGo } from "../../steps/keep/holdJudged.ts"
import { land } from "../../steps/land/land.ts"
import type { Landing } from "../../steps/land/land.ts"
import { fenceOf, LeaseLost, stillHeld } from "../../steps/lock/lock.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { proveLanded } from "../../steps/land/proveLanded.ts"
import { RefFailed, Refs } from "../../world/git/refs.ts"
import { RunIdentity } from "../../world/git/runIdentity.ts"
import { blame } from "./blame.ts"
import { Board } from "../context/board.ts"
import { conflicted } from "./conflicted.ts"
import { configurationStands, watched } from "../context/configured.ts"
import { Fleet } from "../context/fleet.ts"
import { follow } from "./follow.ts"
import { holdGateChange, holdSecrets, holdUngated, holdUnsigned, holdWork } from "./holds.ts"
import { gatesAt, resolveTerms } from "../judge/gates.ts"
import { judgeCommit } from "../judge/judgeCommit.ts"
import { RunContext } from "../context/runContext.ts"
import { soundTip } from "../judge/soundTip.ts"
import { giving } from "../context/targetWatch.ts"
import { targetTip } from "../context/targetTip.ts"
import { taskToLand } from "./taskToLand.ts"
import type { Finished } from "../attempt/workOn.ts"

/** How often a target that keeps moving is followed before the train lets others pass. */
const movesMax = 20

/**
 * Tries to land one finished task on the target as it is now: merge in memory, judge the exact tree, check that nothing is
 * lost, then one compare-and-swap that also verifies both fences. A target that moved meanwhile means: all of it again.
 */
export const landOne = (held: Held, targetHeld: Held, task: Task, work: Finished) =>
  tryToLand(held, targetHeld, task, work).pipe(
    Effect.catchTag("SigningFailed", (failed) => holdUnsigned(task, failed)),
    Effect.ensuring(letJudgedGo({ task: task.id, what: "landing" })),
  )

const tryToLand = Effect.fn("landOne")(function* (held: Held, targetHeld: Held, task: Task, work: Finished) {
  const refs = yield* Refs
  const { committer } = yield* RunIdentity
  const { targetRef, settings, options, signs, words } = yield* RunContext
  const signed = yield* signs
  const sealing = <A, E, R>(part: Effect.Effect<A, E, R>) => (signed ? signing(task.id, part) : part)
  const hold = { task: task.id, what: "landing" }
  const asked = options.asked || (yield* Fleet).asked.has(task.id)
  let [before, stands, lock] = ["", 0, ""]
  for (let moves = 0; moves < movesMax; moves++) {
    yield* refs.refresh([targetRef])
    const proof = yield* proveLanded({ target: yield* targetTip, task: task.id, tip: work.tip, base: work.base })
    if (proof !== undefined) return { type: "landed", landing: proof.landing } as const
    const tip = yield* Effect.catchTag(soundTip(), "TargetRed", (red) => Effect.succeed(red))
    if (typeof tip !== "string") return { type: "red", red: tip } as const
    stands = tip === before ? stands + 1 : 0
    before = tip
    if (stands > standsMax) return yield* stuck(targetRef, lock)
    const inForce = yield* gatesAt(tip)
    const offered = taskToLand(task, work, settings)
    const plan = yield* sealing(
      planCandidate({ onto: tip, tasks: [offered], mode: settings.merge, identity: committer, signed, words: yield* words }),
    )
    if (plan.type === "conflict") return yield* conflicted(task, work, tip, plan)
    // As it would land, but for the verdicts: a gate that asks git for the way here, or for a signature, gets the answer that
    // everybody gets later.
    const shown = signed && inForce.gates.length > 0
    const draft = yield* sealing(sealCandidate(plan, { verdicts: [], gates: inForce.hash, signed: shown }))
    yield* holdJudged(hold, draft.commit)
    const change = yield* gateChanges(work, tip, plan.tree, inForce)
    if (change.held.length > 0 && !options.allowGateChanges) return yield* holdGateChange(task, change.held)
    const stays = yield* holdWork(task, work, { tip, tree: plan.tree, asked, tell: moves === 0 })
    if (stays !== undefined) return stays
    const judgement = yield* judgeCommit(draft.commit, task, inForce, { why: "integrated", target: tip, confirmRed: true })
    if (!judgement.gated && !options.allowUngated && !asked) return yield* holdUngated(task)
    if (judgement.gated && judgement.verdict !== "pass") return yield* blame(task, work, tip, inForce, judgement)
    if (change.held.length > 0) {
      const own = yield* judgeCommit(yield* overlaid({ candidate: plan.tree, target: tip, change }), task, inForce, {
        why: "overlaid",
        target: tip,
        onto: draft.commit,
        confirmRed: true,
      })
      if (own.verdict !== "pass") return yield* blame(task, work, tip, inForce, own)
    }
    const { commit, tasks } = yield* sealing(sealCandidate(plan, { verdicts: judgement.verdicts, gates: inForce.hash, signed }))
    yield* holdJudged(hold, commit)
    yield* auditCandidate({ commit, onto: tip, tasks })
    yield* watched(`the hooks before a push of task ${task.id}`, refs.vet([{ ref: targetRef, from: tip, to: commit }]), { task: task.id })
    yield* configurationStands()
    const end = yield* landJudged(held, targetHeld, task, { tip, commit })
    if (end.type !== "moved") return end
    lock = end.lock ?? lock
  }
  return { type: "busy" } as const
})

/** Moves the target from its tip to the judged commit and tells it; "moved" where something else was first. */
const landJudged = Effect.fnUntraced(function* (
  held: Held,
  targetHeld: Held,
  task: Task,
  { tip, commit }: { readonly tip: string; readonly commit: string },
) {
  const board = yield* Board
  const { target, targetRef, settings } = yield* RunContext
  const landing = land({
    target: targetRef,
    from: tip,
    to: commit,
    expect: () => [fenceOf(targetHeld), fenceOf(held)],
    reason: `osier: land task ${task.id}`,
  }).pipe(Effect.catchTag("WouldPublish", ({ findings }) => Effect.succeed({ type: "published", findings } as const)))
  const landed = yield* giving(commit, landing, ({ type }) => type === "landed")
  if (landed.type === "published") return yield* holdSecrets(task, landed.findings)
  if (landed.type === "landed") {
    yield* board.emit({ type: "Landed", tasks: [task.id], commit, target, previous: tip, mode: settings.merge })
    yield* tellCheckout(landed)
    yield* follow(commit)
    return { type: "landed", landing: commit } as const
  }
  if (landed.type === "waits") return { type: "blocked", reason: landed.reason, files: landed.files, from: tip, to: commit } as const
  if (landed.type === "fenced") {
    for (const lock of [targetHeld, held]) if (!(yield* stillHeld(lock))) return yield* new LeaseLost({ kind: lock.kind, name: lock.name })
  }
  return { type: "moved", lock: landed.lock } as const
})

/** How often landing is tried again while the target stays: own signs of life get in between, lock files stay. */
const standsMax = 3

const stuck = (targetRef: string, lock: string) =>
  lock === ""
    ? new RefFailed({ refs: [targetRef], reason: "it could not be moved, though nobody else moved it" })
    : new RefFailed({ refs: [targetRef], reason: `the lock file ${lock} of another git process is in the way`, lock })

/** The user's checkout came along, or is behind for a reason that only a person can mend. */
const tellCheckout = Effect.fnUntraced(function* ({ commit, followed, behind }: Landing & { readonly type: "landed" }) {
  const board = yield* Board
  const { target } = yield* RunContext
  if (followed !== undefined) yield* board.emit({ type: "CheckoutFollowed", target, commit, path: followed })
  if (behind === undefined) return
  const message = `the checkout at ${behind.checkout} is behind ${target}: ${behind.reason}`
  yield* board.emit({ type: "Warned", message, hint: behind.command })
})

/**
 * The gate inputs that landing would change: those the branch names itself, and those that only the merge carries its edits
 * into, as it does when the target has renamed a file meanwhile.
 */
const gateChanges = Effect.fnUntraced(function* (work: Finished, target: string, merged: string, inForce: GatesInForce) {
  const own = yield* gateChange({ candidate: work.tip, target, base: work.base, inForce, resolve: yield* resolveTerms })
  const carried = yield* gateChange({ candidate: merged, target, inForce, resolve: yield* resolveTerms })
  const both = (pick: (change: GateChange) => readonly string[]) => [...new Set([...pick(own), ...pick(carried)])]
  return { held: both((one) => one.held), shown: both((one) => one.shown), difference: both((one) => one.difference) } satisfies GateChange
})

/** Starts the user's signing program only under the configuration that the run began with. */
const signing = <A, E, R>(task: number, part: Effect.Effect<A, E, R>) =>
  Effect.andThen(configurationStands(), watched(`the signing of task ${task}`, part, { task }))

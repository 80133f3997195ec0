import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as Semaphore from "effect/Semaphore"
import { gateChange } from "../../steps/gate/gateChange.ts"
import type { GatesInForce } from "../../steps/gate/gateSettings.ts"
import { limitRounds } from "../../steps/lock/limitRounds.ts"
import { provenLandings } from "../../steps/task/provenLandings.ts"
import { reversedCheckouts } from "../../steps/checkout/reversedCheckouts.ts"
import { Board } from "../context/board.ts"
import { Fleet } from "../context/fleet.ts"
import { gatesAt, resolveTerms } from "./gates.ts"
import { judgeTarget } from "./judgeTarget.ts"
import { RunContext } from "../context/runContext.ts"
import { targetTip } from "../context/targetTip.ts"
import { adopt, TargetRed, TargetWatch } from "../context/targetWatch.ts"

/**
 * The commit of the target to build on or to land on: one that osier gave it, that stood there before the first attempt, or
 * that its gates let through since. Fails while the target stands at another.
 */
export const soundTip = Effect.fn("soundTip")(function* () {
  const watch = yield* TargetWatch
  const { target } = yield* RunContext
  for (let moves = 0; ; moves++) {
    const tip = yield* noticeMove()
    if (watch.sound.has(tip) || watch.giving.has(tip)) return tip
    if (moves === movesMax) return yield* restless(target, tip)
    const red = watch.red.get(tip) ?? (yield* Semaphore.withPermit(watch.turn, judgeMove(tip)))
    if (red === undefined) continue
    return yield* red
  }
})

/** How many moves of a target are judged one after another before those who wait for it look whether they still should. */
const movesMax = 20

const restless = (target: string, commit: string) => {
  const hint = `Something moves ${target} again and again: \`git reflog ${target}\` shows what. It goes on by itself when that rests.`
  return new TargetRed({ target, commit, reason: "it moves faster than its gates can judge it", lines: [], hint })
}

/**
 * Looks whether the target was moved by anything but osier, and tells it, once a move; what it brought is judged when somebody
 * wants to build on it. Whoever moved it may have been in the right, so that nothing is taken back.
 */
export const noticeMove = Effect.fn("noticeMove")(function* () {
  const watch = yield* TargetWatch
  const fleet = yield* Fleet
  const { shared, targetRef } = yield* RunContext
  const goOn = yield* limitRounds([targetRef])
  for (;;) {
    yield* goOn
    const { at } = watch
    const tip = yield* targetTip
    if (watch.good === undefined || at === undefined) adopt(watch, tip)
    if (tip === watch.at || watch.giving.has(tip)) return tip
    const foreign = new Set([...fleet.mine].filter((id) => FiberMap.hasUnsafe(fleet.journeys, id)))
    const from = watch.good ?? tip
    const landed = !watch.sound.has(tip) && (yield* provenLandings({ from, to: tip, foreign, far: shared !== undefined }))
    // A landing of ours may have come in between.
    if ((yield* targetTip) !== tip || watch.at !== at || watch.giving.has(tip)) continue
    if (landed) adopt(watch, tip)
    else yield* tellMove(at ?? from, tip)
    return tip
  }
})

const tellMove = Effect.fnUntraced(function* (from: string, to: string) {
  const watch = yield* TargetWatch
  const board = yield* Board
  const { target, targetRef, branchRef, shared } = yield* RunContext
  watch.at = to
  if (watch.sound.has(to)) watch.good = to
  const what = [`ref ${targetRef} (${from.slice(0, 10)} to ${to.slice(0, 10)})`]
  // Who shares a remote pushes there, which is no news.
  if (shared === undefined) yield* board.emit({ type: "ChangedOutside", what, attributed: false })
  if (watch.red.has(from) && watch.sound.has(to))
    yield* board.emit({ type: "Recovered", what: `${target} is back at ${to.slice(0, 10)}, which may be built on` })
  for (const { path, files, command } of shared === undefined ? yield* reversedCheckouts(branchRef, from, to) : []) {
    const some = `${files.slice(0, 5).join(", ")}${files.length > 5 ? ", …" : ""}`
    const message = `${target} was moved and the checkout at ${path} was not brought along: git shows ${some} there as taken back`
    yield* board.emit({ type: "Warned", message, hint: command })
  }
})

/** Judges a value that nobody of osier gave the target, by the gates as they were before it. */
const judgeMove = Effect.fnUntraced(function* (tip: string) {
  const watch = yield* TargetWatch
  const { settings, options, target } = yield* RunContext
  // Whoever waited for the turn may find it done.
  if (watch.sound.has(tip)) return undefined
  const known = watch.red.get(tip)
  if (known !== undefined) return known
  const from = watch.good ?? tip
  const inForce = yield* gatesAt(from)
  const held = inForce.gates.length === 0 || options.allowGateChanges ? [] : yield* judgesDiffer(from, tip, inForce)
  const red = held.length > 0 ? gatesMoved(target, from, tip, held) : yield* judgeTarget(tip, inForce, from)
  if (red !== undefined) watch.red.set(tip, red)
  if (red !== undefined && settings.onRedTarget === "stop") return red
  watch.sound.add(tip)
  if (watch.at === tip) watch.good = tip
  return undefined
})

const judgesDiffer = Effect.fnUntraced(function* (from: string, tip: string, inForce: GatesInForce) {
  const change = yield* gateChange({ candidate: tip, target: from, inForce, resolve: yield* resolveTerms })
  return change.held
})

const gatesMoved = (target: string, from: string, commit: string, paths: readonly string[]) =>
  new TargetRed({
    target,
    commit,
    reason: `it was moved by something that is not osier, and the move changes what judges: ${paths.slice(0, 5).join(", ")}`,
    lines: [],
    hint: `Look with \`git diff ${from.slice(0, 12)} ${commit.slice(0, 12)}\`; if that is right: \`osier run --allow-gate-changes\`, else move ${target} back.`,
  })

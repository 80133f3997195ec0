import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import { blocked } from "../../domain/task/graph.ts"
import { lockRef } from "../../domain/lock/lock.ts"
import { endsByItself, goesOn } from "../../domain/task/wait.ts"
import type { Ownership } from "../../domain/task/wait.ts"
import { waitsFor } from "../../domain/task/waitsFor.ts"
import { inspectLock } from "../../steps/lock/inspectLock.ts"
import { isOpen } from "../../steps/lock/lock.ts"
import { Board } from "../context/board.ts"
import { Fleet } from "../context/fleet.ts"

/** Ends every wait of a task that is not on its journey, and whose end has come. */
export const endWaits = Effect.fn("endWaits")(function* () {
  const board = yield* Board
  const { mine, journeys, again } = yield* Fleet
  const all = board.tasks()
  const dead = all.filter(({ status, id }) => (status === "failed" && !again.has(id)) || status === "discarded").map(({ id }) => id)
  const stuck = blocked(waitsFor(all), dead)
  for (const id of mine) {
    const wait = board.waits().get(id)
    if (wait === undefined || !endsByItself(wait) || FiberMap.hasUnsafe(journeys, id)) continue
    const ownership = wait.ends === "owner" ? yield* ownershipOf(id) : "nobody"
    const now = yield* Clock.currentTimeMillis
    if (!goesOn(wait, { task: board.task(id), ownership, hindered: stuck.has(id), now })) yield* board.wait(id, undefined)
  }
})

const ownershipOf = (id: number) =>
  Effect.gen(function* () {
    const ref = lockRef("task", String(id))
    const seen = yield* inspectLock(ref)
    if (seen === undefined || seen.lock.state === "free") return "nobody"
    if ("session" in seen.lock.owner) return "person"
    return (yield* isOpen(ref, seen)) ? "nobody" : "run"
  }).pipe(Effect.orElseSucceed((): Ownership => "unreadable"))

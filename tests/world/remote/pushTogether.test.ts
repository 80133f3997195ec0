import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Option from "effect/Option"
import { expect, test } from "vitest"
import { pushTogether } from "../../../core/world/remote/pushTogether.ts"
import type { Swap } from "../../../core/world/git/refs.ts"
import type { RemoteAnswer } from "../../../core/world/remote/remoteAnswer.ts"
import { RemoteUnreachable } from "../../../core/world/git/remoteTrouble.ts"

const move = (ref: string): Swap => ({ ref, from: undefined, to: "a".repeat(40) })
const done: RemoteAnswer = { kind: "done" }
const silent = new RemoteUnreachable({ remote: "origin", said: "no answer", heard: true })

/** A remote that hears nothing before `open`, and what it was sent, push by push. */
const remoteThat = (answer: (refs: readonly string[]) => RemoteAnswer | RemoteUnreachable) => {
  const heard: string[][] = []
  const gate = Latch.makeUnsafe(false)
  const send = (swaps: readonly Swap[]) =>
    Effect.gen(function* () {
      const refs = swaps.map(({ ref }) => ref)
      heard.push(refs)
      yield* gate.await
      const said = answer(refs)
      return "kind" in said ? said : yield* said
    })
  return { heard, send, open: gate.open }
}

const told = (exit: Exit.Exit<RemoteAnswer, RemoteUnreachable>) => {
  if (Exit.isSuccess(exit)) return exit.value.kind
  return Exit.hasInterrupts(exit) ? "interrupted" : Option.getOrUndefined(Exit.findErrorOption(exit))?._tag
}

/** All of these at once, the first of them under way before the others come. */
const playedAt = (
  answer: Parameters<typeof remoteThat>[0],
  parcels: readonly (readonly string[])[],
  act: (fibers: readonly Fiber.Fiber<RemoteAnswer, RemoteUnreachable>[]) => Effect.Effect<unknown> = () => Effect.void,
) =>
  Effect.runPromise(
    Effect.gen(function* () {
      const { heard, send, open } = remoteThat(answer)
      const push = yield* pushTogether(send, ({ ref }) => !ref.startsWith("alone"))
      const fibers = yield* Effect.forEach(parcels, (refs) => Effect.forkChild(push(refs.map(move)), { startImmediately: true }))
      yield* act(fibers)
      yield* open
      const kinds = yield* Effect.forEach(fibers, (fiber) => Effect.map(Fiber.await(fiber), told))
      return { heard, kinds }
    }),
  )

test("what waits while a push is under way travels in the next one, whole, and each caller is told", async () => {
  const { heard, kinds } = await playedAt(() => done, [["a"], ["b", "c"], ["d"], ["e"]])
  expect(heard).toEqual([["a"], ["b", "c", "d", "e"]])
  expect(kinds).toEqual(["done", "done", "done", "done"])
})

test("two moves of one ref never travel together, nor what does not share, nor more than fits", async () => {
  const { heard } = await playedAt(() => done, [["a"], ["b"], ["b"], ["alone"], ["c"], Array.from({ length: 199 }, (_, n) => `m${n}`)])
  expect(heard.map((refs) => refs.slice(0, 3))).toEqual([["a"], ["b", "c"], ["b", "m0", "m1"], ["alone"]])
})

test("who loses or is refused takes nobody else along", async () => {
  const stale = (refs: readonly string[]): RemoteAnswer => (refs.includes("b") ? { kind: "lost", refs: ["b"], said: "stale info" } : done)
  expect(await playedAt(stale, [["a"], ["b", "c"], ["d"], ["e"]])).toEqual({
    heard: [["a"], ["b", "c", "d", "e"], ["b", "c"], ["d", "e"]],
    kinds: ["done", "lost", "done", "done"],
  })
  // a hook that refuses all of a push, and does not say because of which
  const strict = (refs: readonly string[]): RemoteAnswer =>
    refs.includes("d") ? { kind: "refused", reason: "hook", refs, said: "no" } : done
  expect((await playedAt(strict, [["a"], ["b"], ["d"], ["e"]])).kinds).toEqual(["done", "done", "refused", "done"])
  const crowded = (refs: readonly string[]): RemoteAnswer => (refs.length > 1 ? { kind: "busy", said: "File exists" } : done)
  expect((await playedAt(crowded, [["a"], ["b"], ["d"]])).kinds).toEqual(["done", "done", "done"])
})

test("all are told when the remote is silent", async () => {
  const { heard, kinds } = await playedAt(() => silent, [["a"], ["b"], ["c"]])
  expect(heard).toEqual([["a"], ["b", "c"]])
  expect(kinds).toEqual(["RemoteUnreachable", "RemoteUnreachable", "RemoteUnreachable"])
})

test("who leaves while it waits is not sent any more; who leads is heard to the end", async () => {
  const played = await playedAt(
    () => done,
    [["a"], ["b"], ["c"]],
    ([first, second]) =>
      Effect.gen(function* () {
        if (second !== undefined) yield* Fiber.interrupt(second)
        if (first !== undefined) yield* Effect.forkChild(Fiber.interrupt(first), { startImmediately: true })
      }),
  )
  expect(played).toEqual({ heard: [["a"], ["c"]], kinds: ["interrupted", "interrupted", "done"] })
})

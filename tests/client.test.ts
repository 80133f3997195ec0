import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { appendFileSync, mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { connect, type Event } from "../core/client.ts"
import { Control, ControlRefused } from "../core/world/machine/control.ts"
import { journalFolder } from "./support/journalFolder.ts"
import { socketHouse, token } from "./support/socketHouse.ts"
import { many, take, seqsOf } from "./support/streamed.ts"

test("a program gets what is there and what comes, typed, and its place to go on from", async () => {
  using folder = journalFolder()
  await using house = await socketHouse(folder.directory)
  await house.append(many(3))
  const stream = connect({ url: house.url, token, since: 1 })
  const events: Event[] = []
  for await (const event of stream) {
    events.push(event)
    if (event.seq === 4) await house.append(many(2))
    if (event.seq === 6) break
  }
  expect(seqsOf(events)).toEqual([2, 3, 4, 5, 6])
  expect(events[0]).toMatchObject({ type: "AgentSaid", task: 1, run: "test" })
  const { journal, seq } = stream.position
  expect(seq).toBe(6)
  expect(journal).toBe(await folder.journal((it) => it.id))
})

test("an event of a newer osier goes to its own hook, and the rest goes on", async () => {
  using folder = journalFolder()
  await folder.journal((journal) => journal.append(many(1)))
  appendFileSync(folder.file, `${JSON.stringify({ seq: 3, at: "", run: "", type: "FromTheFuture" })}\nnoise\n`)
  await folder.journal((journal) => journal.append(many(1)))
  await using house = await socketHouse(folder.directory)
  const unknown: unknown[] = []
  const events = await take({ url: house.url, token, unknown: (event) => unknown.push(event) }, 3)
  expect(seqsOf(events)).toEqual([1, 2, 5])
  expect(unknown).toEqual([{ seq: 3, at: "", run: "", type: "FromTheFuture" }])
})

test("a journal that starts anew is told in its place between the events", async () => {
  using folder = journalFolder()
  await using house = await socketHouse(folder.directory)
  await house.append(many(2))
  const story: unknown[] = []
  for await (const event of connect({ url: house.url, token, reset: () => story.push("reset") })) {
    story.push(event.seq)
    if (story.length === 3) {
      rmSync(folder.file)
      await house.append(many(1))
    }
    if (story.length === 6) break
  }
  expect(story).toEqual([1, 2, 3, "reset", 1, 2])
  // A place in the journal that is gone is no place in this one.
  const again: unknown[] = []
  for await (const event of connect({ url: house.url, token, since: 2, journal: "gone", reset: () => again.push("reset") })) {
    again.push(event.seq)
    if (again.length === 3) break
  }
  expect(again).toEqual(["reset", 1, 2])
})

test("a wrong token given with the address is an error, a missing server is waited for, and a signal ends the wait", async () => {
  using folder = journalFolder()
  await using house = await socketHouse(folder.directory)
  await expect(take({ url: house.url, token: "wrong" }, 1)).rejects.toMatchObject({ name: "StreamRefused", status: 401 })
  const nowhere = join(folder.directory, "nowhere")
  mkdirSync(nowhere)
  const abort = new AbortController()
  const ended = take({ directory: nowhere, signal: abort.signal }, 1)
  abort.abort()
  expect(await ended).toEqual([])
  expect(() => connect({})).toThrow(TypeError)
})

test("commands are answered, refused, and fail when the stream is closed", async () => {
  using folder = journalFolder()
  const control = Layer.succeed(
    Control,
    Control.of({
      cancel: () => Effect.void,
      pause: Effect.void,
      resume: Effect.void,
      add: (drafts) => Effect.succeed(drafts.map((_, index) => index + 1)),
      land: (task) => Effect.fail(new ControlRefused({ reason: `task ${task} is not completed`, hint: "osier ls" })),
    }),
  )
  await using house = await socketHouse(folder.directory, { control })
  const stream = connect({ url: house.url, token })
  expect(await stream.command({ command: "add", tasks: [{ title: "A" }, { title: "B" }] })).toMatchObject({ ok: true, tasks: [1, 2] })
  const answers = await Promise.allSettled([stream.command({ command: "land", task: 3 }), stream.command({ command: "pause" })])
  expect(answers).toMatchObject([
    { status: "rejected", reason: { name: "CommandRefused", message: "task 3 is not completed", hint: "osier ls" } },
    { status: "fulfilled", value: { ok: true } },
  ])
  stream.close()
  await expect(stream.command({ command: "pause" })).rejects.toMatchObject({ tag: "StreamClosed" })
})

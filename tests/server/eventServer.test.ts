import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { rmSync } from "node:fs"
import { connect as connectTcp } from "node:net"
import { expect, test } from "vitest"
import { Control, ControlRefused } from "../../core/world/machine/control.ts"
import { journalFolder, upTo } from "../support/journalFolder.ts"
import { said, socketHouse, socketOf, token } from "../support/socketHouse.ts"

const many = (count: number, size = 1) => upTo(count).map((n) => said(n, "x".repeat(size)))

test("hello first, then arrays: what is in the journal, then what comes, from this process and from others", async () => {
  using folder = journalFolder()
  await folder.journal((journal) => journal.append(many(999)))
  await using house = await socketHouse(folder.directory)
  using all = socketOf(`${house.url}?since=0`)
  using some = socketOf(`${house.url}?since=990`)
  const name = await folder.journal((journal) => journal.id)
  expect(await all.next()).toEqual({ hello: { journal: name, seq: 1000 } })
  expect(await some.next()).toEqual({ hello: { journal: name, seq: 1000 } })
  const worker = folder.worker("other", 500)
  const own = house.append(many(500))
  expect(await all.seqs(2000)).toEqual(upTo(2000))
  expect(await some.seqs(1010)).toEqual(upTo(2000).slice(990))
  await Promise.all([own, worker.ended])
})

test("only who has the token, comes from no foreign page and calls us by a loopback name gets in", async () => {
  using folder = journalFolder()
  await using house = await socketHouse(folder.directory)
  const bearer = { authorization: `Bearer ${token}` }
  const own = `127.0.0.1:${house.port}`
  const cases: [string, Record<string, string>, number][] = [
    [house.url, {}, 401],
    [house.url, { authorization: "Bearer wrong" }, 401],
    [`${house.url}?token=wrong`, {}, 401],
    [`${house.url}?token=${token}`, {}, 101],
    [house.url, bearer, 101],
    [house.url, { ...bearer, origin: "http://evil.example" }, 403],
    [house.url, { ...bearer, origin: "null" }, 403],
    [house.url, { ...bearer, origin: `https://${own}` }, 403],
    [house.url, { ...bearer, origin: "http://127.0.0.1:1" }, 403],
    [house.url, { ...bearer, origin: `http://${own}` }, 101],
    [house.url, { ...bearer, origin: `http://localhost:${house.port}` }, 101],
    [house.url, { ...bearer, host: `rebound.example:${house.port}` }, 403],
    [house.url, { ...bearer, host: `localhost:${house.port}` }, 101],
    [house.url.replace("/events", "/other"), bearer, 404],
    [`${house.url}?since=-1`, bearer, 400],
    [`${house.url}?since=x`, bearer, 400],
  ]
  for (const [url, headers, status] of cases) {
    using socket = socketOf(url, headers)
    expect([url, headers, await socket.status]).toEqual([url, headers, status])
  }
  expect((await fetch(`http://${own}/events?token=${token}`)).status).toBe(426)
  expect((await fetch(`http://${own}/events`)).status).toBe(401)
})

test("what happened before the server ends is heard by all who listen, however late they came", async () => {
  using folder = journalFolder()
  for (let round = 1; round <= 10; round++) {
    const house = await socketHouse(folder.directory)
    const before = 50 * (round - 1) + 1
    using early = socketOf(`${house.url}?since=${before}`)
    await early.next()
    using late = socketOf(`${house.url}?since=${before}`)
    await late.status
    house.say(many(50))
    await house.close()
    for (const socket of [early, late]) {
      const frames = [await socket.closed, ...upTo(50).map(() => socket.take())].flat()
      const seqs = frames.flatMap((frame) => (typeof frame === "object" && frame !== null && "seq" in frame ? [frame.seq] : []))
      expect([round, seqs]).toEqual([round, upTo(before + 50).slice(before)])
    }
  }
})

test("it listens on the loopback address only", async () => {
  using folder = journalFolder()
  await using house = await socketHouse(folder.directory)
  const refused = await new Promise((resolve) => {
    const socket = connectTcp({ host: "127.0.0.2", port: house.port })
    socket.on("connect", () => resolve("connected"))
    socket.on("error", () => resolve("refused"))
  })
  expect(refused).toBe("refused")
})

test("a place in another journal, or one that this journal has not reached, is answered by a reset and the whole journal", async () => {
  using folder = journalFolder()
  await using house = await socketHouse(folder.directory)
  await house.append(many(4))
  for (const query of ["since=3&journal=another", "since=6"]) {
    using socket = socketOf(`${house.url}?${query}`)
    expect(await socket.next()).toMatchObject({ hello: { seq: 5 } })
    expect(await socket.next()).toMatchObject({ reset: { seq: 5 } })
    expect(await socket.seqs(5)).toEqual(upTo(5))
  }
  using end = socketOf(`${house.url}?since=5`)
  await end.next()
  await house.append(many(1))
  expect(await end.seqs(1)).toEqual([6])
})

test("a journal that is deleted while it is served is a reset for everybody", async () => {
  using folder = journalFolder()
  await using house = await socketHouse(folder.directory)
  await house.append(many(2))
  using socket = socketOf(house.url)
  await socket.next()
  expect(await socket.seqs(3)).toEqual([1, 2, 3])
  rmSync(folder.file)
  await house.append(many(1))
  const name = await folder.journal((journal) => journal.id)
  expect(await socket.next()).toMatchObject({ reset: { journal: name } })
  expect(await socket.seqs(2)).toEqual([1, 2])
})

test("a consumer that is slow but takes what it is given is not dropped", { timeout: 30_000 }, async () => {
  using folder = journalFolder()
  await using house = await socketHouse(folder.directory, { patience: { bufferedBytes: 64 * 1024, stallMs: 2_000 } })
  using slow = socketOf(house.url)
  await slow.next()
  const beat = setInterval(() => (slow.socket.isPaused ? slow.socket.resume() : slow.socket.pause()), 20)
  try {
    for (const _ of upTo(10)) await house.append(many(1_000, 1_000))
    expect(await slow.seqs(10_001)).toEqual(upTo(10_001))
  } finally {
    clearInterval(beat)
  }
})

test("commands are decoded, carried out and answered; what is none, or is refused, says so", async () => {
  using folder = journalFolder()
  const did: unknown[] = []
  const note = (...what: unknown[]) => Effect.sync(() => void did.push(what))
  const control = Layer.succeed(
    Control,
    Control.of({
      cancel: (task) => note("cancel", task),
      pause: note("pause"),
      resume: note("resume"),
      add: (drafts) => Effect.as(note("add", drafts), [7]),
      land: () => Effect.fail(new ControlRefused({ reason: "task 3 is not completed", hint: "osier show 3" })),
    }),
  )
  await using house = await socketHouse(folder.directory, { control })
  using socket = socketOf(`${house.url}?since=1`)
  await socket.next()
  const ask = (command: unknown) => {
    socket.socket.send(JSON.stringify(command))
    return socket.next()
  }
  expect(await ask({ id: 1, command: "cancel", task: 12 })).toEqual({ answer: { id: 1, ok: true } })
  expect(await ask({ id: "b", command: "pause" })).toEqual({ answer: { id: "b", ok: true } })
  expect(await ask({ command: "resume" })).toEqual({ answer: { ok: true } })
  expect(await ask({ id: 2, command: "add", tasks: [{ title: "New" }] })).toEqual({ answer: { id: 2, ok: true, tasks: [7] } })
  expect(await ask({ id: 3, command: "land", task: 3 })).toEqual({
    error: { id: 3, tag: "ControlRefused", message: "task 3 is not completed", hint: "osier show 3" },
  })
  expect(await ask({ id: 4, command: "explode" })).toMatchObject({ error: { id: 4, tag: "BadCommand" } })
  expect(await ask({ id: 5, command: "cancel", task: "x" })).toMatchObject({ error: { id: 5, tag: "BadCommand" } })
  socket.socket.send("{")
  expect(await socket.next()).toMatchObject({ error: { tag: "BadCommand" } })
  expect(did).toEqual([["cancel", 12], ["pause"], ["resume"], ["add", [{ title: "New" }]]])

  using elsewhere = journalFolder()
  await using idle = await socketHouse(elsewhere.directory)
  using other = socketOf(`${idle.url}?since=1`)
  await other.next()
  other.socket.send(JSON.stringify({ id: 1, command: "pause" }))
  expect(await other.next()).toMatchObject({ error: { id: 1, tag: "ControlRefused" } })
})

test("a port that is taken is a named error, and the end of a server is told to its consumers", async () => {
  using folder = journalFolder()
  const house = await socketHouse(folder.directory)
  using socket = socketOf(house.url)
  await socket.next()
  await expect(socketHouse(folder.directory, { port: house.port })).rejects.toMatchObject({ _tag: "NotServing", port: house.port, exit: 3 })
  await house.close()
  expect((await socket.closed)[0]).toBe(1001)
})

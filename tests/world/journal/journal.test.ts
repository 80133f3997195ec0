import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Stream from "effect/Stream"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { appendFileSync, existsSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs"
import { expect, test } from "vitest"
import type { EventBody } from "../../../core/domain/event/event.ts"
import { Journal } from "../../../core/world/journal/journal.ts"
import { journalFolder, upTo } from "../../support/journalFolder.ts"

const said = (task: number, text = "x"): EventBody => ({ type: "AgentSaid", task, attempt: 1, text })

const collect = <A, E>(stream: Stream.Stream<A, E>) => Effect.map(Stream.runCollect(stream), (them) => [...them])

test("a journal starts with its name, and what is appended is there when the scope has closed", async () => {
  using folder = journalFolder()
  await folder.journal((journal) => journal.append(upTo(1000).map((n) => said(n))))
  const [first, ...rest] = folder.lines().map((line) => JSON.parse(line))
  expect(first).toMatchObject({ seq: 1, type: "JournalStarted", run: "test" })
  expect(rest.map((event) => [event.seq, event.task])).toEqual(upTo(1000).map((n) => [n + 1, n]))
  const name = await folder.journal((journal) => journal.id)
  expect(name).toBe(first.journal)
  expect(await folder.journal((journal) => journal.position)).toEqual({ journal: name, seq: 1001 })
})

test("a journal is for its owner's eyes alone, as logs are", async () => {
  using folder = journalFolder()
  await folder.journal((journal) => journal.append(said(1)))
  expect(statSync(folder.file).mode & 0o777).toBe(0o600)
})

test("asking for the name starts the journal once", async () => {
  using folder = journalFolder()
  expect(await folder.journal((journal) => journal.position)).toEqual({ journal: "", seq: 0 })
  expect(existsSync(folder.file)).toBe(false)
  const names = await Promise.all(upTo(4).map(() => folder.journal((journal) => journal.id)))
  expect(new Set(names).size).toBe(1)
  expect(folder.seqs()).toEqual([1])
})

test("a writer that is killed in the middle of a line leaves nothing behind, neither the line nor the lock", async () => {
  using folder = journalFolder()
  await folder.journal((journal) => journal.append(said(1)))
  const writer = folder.worker("killed", "half")
  expect(await writer.said).toBe("half")
  writer.child.kill("SIGKILL")
  await writer.ended
  expect(readFileSync(folder.file, "utf8")).toMatch(/AgentSa$/)
  // A reader yields whole lines only.
  expect(await folder.journal((journal) => collect(journal.read(0)))).toHaveLength(2)
  await folder.journal((journal) => journal.append(said(2)))
  expect(folder.seqs()).toEqual([1, 2, 3])
  expect(folder.lines().join("")).not.toContain("killed")
})

test("a follower gets what is there and then what others append, across a torn line that is repaired", async () => {
  using folder = journalFolder()
  await folder.journal((journal) => journal.append([said(1), said(2)]))
  await folder.journal((journal) =>
    Effect.gen(function* () {
      const following = yield* Effect.forkChild(journal.follow(2).pipe(Stream.take(4), collect), { startImmediately: true })
      appendFileSync(folder.file, '{"seq":4,"at":"torn')
      yield* Effect.promise(() => folder.worker("other", 2).ended)
      yield* journal.append(said(3))
      expect((yield* Fiber.join(following)).map((event) => [event.seq, event.run])).toEqual([
        [3, "test"],
        [4, "other"],
        [5, "other"],
        [6, "test"],
      ])
    }),
  )
})

test("a damaged line is named by its number and skipped, a line of a newer osier keeps its place", async () => {
  using folder = journalFolder()
  await folder.journal((journal) => journal.append(upTo(5).map((n) => said(n))))
  const lines = folder.lines()
  lines[2] = "\0\0\0 not an event"
  lines[3] = JSON.stringify({ seq: 4, at: "", run: "", type: "FromTheFuture", what: 1 })
  writeFileSync(folder.file, lines.map((line) => `${line}\n`).join(""))
  const warnings: unknown[] = []
  const logger = Logger.layer([Logger.make(({ message }) => warnings.push(message))])
  const events = await folder.journal((journal) => Effect.provide(collect(journal.read(0)), logger))
  expect(events.map((event) => event.seq)).toEqual([1, 2, 5, 6])
  expect(warnings.join()).toContain(`${folder.file}:3 is damaged`)
  const [batch] = await folder.journal((journal) => journal.batches(0).pipe(Stream.take(1), collect))
  expect(batch).toMatchObject({ damaged: [3], restarted: false })
  expect(batch?.lines.map((line) => line.seq)).toEqual([1, 2, 4, 5, 6])
  expect(batch?.lines[2]?.text).toContain("FromTheFuture")

  // Damage at the very end keeps its place, too: a reader may have counted it.
  appendFileSync(folder.file, "garbage\n")
  await folder.journal((journal) => journal.append(said(9)))
  expect(JSON.parse(folder.lines().at(-1) ?? "").seq).toBe(8)
})

test.runIf(existsSync("/dev/full"))(
  "a full disk fails the flush, not the run; who listens hears all; nothing is lost when there is room",
  async () => {
    using folder = journalFolder()
    symlinkSync("/dev/full", folder.file)
    await folder.journal((journal) =>
      Effect.gen(function* () {
        const heard = yield* Effect.forkChild(journal.subscribe.pipe(Stream.take(5), collect), { startImmediately: true })
        yield* Effect.yieldNow
        yield* journal.append([said(1), said(2)])
        expect(yield* Effect.flip(journal.flush)).toMatchObject({ _tag: "JournalUnwritable", waiting: 2, exit: 3 })
        yield* journal.append(said(3))
        expect(yield* Effect.flip(journal.flush)).toMatchObject({ waiting: 3 })
        rmSync(folder.file)
        yield* journal.append([said(4), said(5)])
        yield* journal.flush
        const events = yield* Fiber.join(heard)
        expect(events.map((event) => [event.seq, "task" in event ? event.task : 0])).toEqual([
          [0, 1],
          [0, 2],
          [0, 3],
          [5, 4],
          [6, 5],
        ])
      }),
    )
    expect(folder.lines().map((line) => JSON.parse(line).task)).toEqual([undefined, 1, 2, 3, 4, 5])
    expect(folder.seqs()).toEqual(upTo(6))
  },
)

test.runIf(process.platform === "linux")(
  "a disk that fills up in the middle of a batch keeps the whole lines and no torn one",
  async () => {
    using folder = journalFolder()
    const worker = new URL("../../support/journalWorker.ts", import.meta.url).pathname
    // The limit counts blocks of 512 or 1024 bytes, by shell; either way it falls into the batch.
    const script = 'ulimit -f 16; exec "$@"'
    const child = spawn("sh", ["-c", script, "sh", process.execPath, worker, folder.directory, "limited", "100", "300"], {
      stdio: ["ignore", "pipe", "inherit"],
    })
    const [text] = await once(child.stdout, "data")
    await once(child, "exit")
    const written = folder.seqs()
    expect(written.length).toBeGreaterThan(10)
    expect(written.length).toBeLessThan(80)
    expect(written).toEqual(upTo(written.length))
    expect(readFileSync(folder.file, "utf8").endsWith("\n")).toBe(true)
    expect(String(text).trim()).toBe(`done JournalUnwritable ${100 - (written.length - 1)}`)
  },
)

test("a deleted journal is started anew, and who follows hears of it", async () => {
  using folder = journalFolder()
  await folder.journal((journal) =>
    Effect.gen(function* () {
      yield* journal.append([said(1), said(2)])
      yield* journal.flush
      const old = yield* journal.id
      const seen = yield* Deferred.make<void>()
      const batches = yield* Effect.forkChild(
        journal.batches(0).pipe(
          Stream.tap(() => Deferred.succeed(seen, undefined)),
          Stream.takeUntil((batch) => batch.restarted && batch.last === 2),
          collect,
        ),
      )
      yield* Deferred.await(seen)
      rmSync(folder.file)
      yield* journal.append(said(3))
      yield* journal.flush
      const name = yield* journal.id
      expect(name).not.toBe(old)
      const [before, after, ...others] = yield* Fiber.join(batches)
      expect(before).toMatchObject({ journal: old, restarted: false, lines: [{ seq: 1 }, { seq: 2 }, { seq: 3 }] })
      expect(after).toMatchObject({ journal: name, restarted: true, lines: [{ seq: 1 }, { seq: 2 }] })
      expect(others).toEqual([])
      // A place in the old journal is none in this one, for whoever says which journal it is from.
      const [whole] = yield* collect(Stream.take(journal.batches(3, old), 1))
      expect(whole).toMatchObject({ journal: name, restarted: true, last: 2 })
    }),
  )
})

test("reading on from any place in a big journal gives exactly what is behind it", async () => {
  using folder = journalFolder()
  const sizes = upTo(3000).map((n) => (n % 97 === 0 ? 30_000 : (n * 7919) % 400))
  await folder.journal((journal) => journal.append(sizes.map((size, n) => said(n, "y".repeat(size)))))
  await folder.journal((journal) =>
    Effect.forEach([0, 1, 2, 96, 97, 98, 1234, 2999, 3000, 3001, 5000], (since) =>
      Effect.gen(function* () {
        const seqs = (yield* collect(journal.read(since))).map((event) => event.seq)
        expect(seqs).toEqual(upTo(3001).filter((seq) => seq > since))
      }),
    ),
  )
  truncateSync(folder.file, readFileSync(folder.file).length - 5)
  expect((await folder.journal((journal) => collect(journal.read(2995)))).map((event) => event.seq)).toEqual([2996, 2997, 2998, 2999, 3000])
})

test("the journal in memory keeps the same promises", async () => {
  const events = await Journal.use((journal) =>
    Effect.gen(function* () {
      const following = yield* Effect.forkChild(journal.follow(1).pipe(Stream.take(3), collect))
      yield* journal.append(said(1))
      yield* Effect.yieldNow
      yield* journal.append([said(2), said(3)])
      yield* journal.flush
      expect(yield* journal.position).toEqual({ journal: yield* journal.id, seq: 4 })
      expect(yield* collect(journal.read(0))).toHaveLength(4)
      return yield* Fiber.join(following)
    }),
  ).pipe(Effect.provide(Journal.memory("sim")), Effect.runPromise)
  expect(events.map((event) => [event.seq, event.run])).toEqual([
    [2, "sim"],
    [3, "sim"],
    [4, "sim"],
  ])
})

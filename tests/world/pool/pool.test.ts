import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { spawnSync } from "node:child_process"
import { describe, expect, test } from "vitest"
import { Pool } from "../../../core/world/pool/pool.ts"
import { AdapterCrashed } from "../../../core/world/pool/poolTrouble.ts"
import { PoolWorker } from "../../../core/world/pool/poolWorker.ts"
import { fixture, liar, inPool, telling, started } from "../../support/poolJobs.ts"

describe("an honest adapter", () => {
  test("its events arrive in order and its verdict is the result", async () => {
    const { events, outcome } = await inPool(telling("good"))
    expect(outcome).toEqual({ ok: true, reason: "done" })
    expect(events).toEqual([
      { type: "said", text: "task 1" },
      { type: "ended", outcome: { ok: true, reason: "done" } },
    ])
  })

  test("the built-in shell adapter runs a command with the prompt on stdin and exactly the job's environment", async () => {
    const env = { PATH: process.env["PATH"] ?? "", OSIER_SLUG: "notes" }
    const { said, outcome } = await inPool(telling("line one\nline two", "shell", { command: ["sh", "-c", "cat; echo; env | sort"], env }))
    expect(outcome?.ok).toBe(true)
    expect(said.slice(0, 2)).toEqual(["line one", "line two"])
    const names = said.slice(2).map((line) => line.split("=")[0])
    expect(names.filter((name) => !["PWD", "_", "SHLVL", "OLDPWD"].includes(name ?? ""))).toEqual(["OSIER_SLUG", "PATH"])
  })

  test("a flood arrives whole and in order, though only so many events may be under way", async () => {
    const { said } = await inPool(telling("flood"))
    expect(said).toEqual(["task 1", ...Array.from({ length: 3000 }, (_, n) => String(n))])
  })

  test("more jobs than workers run at the same time, from a cold start", async () => {
    const many = Effect.gen(function* () {
      // each waits until all have started: a pool that queues any of them never ends
      const all = yield* Effect.forEach(Array.from({ length: 12 }), () => started("waits"), { concurrency: "unbounded" })
      yield* Effect.forEach(all, ({ fiber }) => Fiber.interrupt(fiber), { concurrency: "unbounded" })
      return all.map(({ events }) => events.at(-1))
    })
    const last = { type: "ended", outcome: { ok: false, class: "cancelled", reason: "was told to stop", session: "s-1" } }
    expect(await inPool(many)).toEqual(Array.from({ length: 12 }, () => last))
  })
})

describe("a lying adapter", () => {
  test.each([
    ["silent", "without saying how it ended"],
    ["shape", "no event"],
    ["kind", "no event"],
    ["nothing", "no event"],
    ["pid", "no event"],
    ["throws", "thrown at once"],
    ["no-iterable", "TypeError"],
    ["rejects", "went wrong inside"],
    ["throws-strange", "can't even be printed"],
    ["exits", "process.exit(0) was called"],
    ["unhandled", "thrown from a timer"],
    ["vanishes", "the worker ended (exit 3)"],
  ])("%s: the attempt crashes, the pool goes on", async (prompt, words) => {
    const { first, second } = await inPool(Effect.all({ first: telling(prompt), second: telling("good") }))
    expect(first.crash).toBeInstanceOf(AdapterCrashed)
    expect(first.crash?.message).toContain(words)
    expect(second.outcome?.ok).toBe(true)
  })

  test("only its first verdict counts", async () => {
    const { outcome, events } = await inPool(telling("twice"))
    expect(outcome?.ok).toBe(true)
    expect(events.filter((event) => event.type === "ended")).toHaveLength(1)
  })

  test("a failure without a class is the work's; keys that are undefined are left out", async () => {
    expect((await inPool(telling("unclassed"))).outcome).toEqual({ ok: false, class: "work", reason: "no idea" })
    expect((await inPool(telling("undefineds"))).outcome).toEqual({ ok: true, reason: "done" })
  })

  test("a text without end is cut", async () => {
    const { said } = await inPool(telling("long"))
    expect(said[1]?.length).toBeLessThan(70_000)
  })

  test("it does not see the environment of osier", async () => {
    process.env["OSIER_CANARY"] = "secret-canary"
    const { said } = await inPool(telling("environment"))
    delete process.env["OSIER_CANARY"]
    expect(said[1]).not.toContain("secret-canary")
  })

  test("one that throws late takes no neighbour along, of its own kind or of osier's", async () => {
    const program = Effect.gen(function* () {
      const own = yield* started("waits")
      const shell = yield* started("", "shell", { command: ["sh", "-c", "echo up; exec sleep 300"] })
      const crashed = yield* telling("unhandled")
      const after = yield* telling("good")
      const neighbours = [own.fiber.pollUnsafe(), shell.fiber.pollUnsafe()]
      yield* Effect.forEach([own, shell], ({ fiber }) => Fiber.interrupt(fiber), { concurrency: "unbounded" })
      return { crashed, after, neighbours, last: [own.events.at(-1)?.type, shell.events.at(-1)?.type] }
    })
    const { crashed, after, neighbours, last } = await inPool(program)
    expect(crashed.crash?.reason).toContain("thrown from a timer")
    expect(after.outcome?.ok).toBe(true)
    expect(neighbours).toEqual([undefined, undefined])
    expect(last).toEqual(["ended", "ended"])
  })
})

describe("interruption", () => {
  test("tells the adapter and hears it out; its neighbours go on", async () => {
    const program = Effect.gen(function* () {
      const one = yield* started("waits")
      const two = yield* started("waits")
      yield* Fiber.interrupt(one.fiber)
      const neighbour = two.fiber.pollUnsafe()
      yield* Fiber.interrupt(two.fiber)
      return { events: one.events, neighbour }
    })
    const { events, neighbour } = await inPool(program)
    expect(events.at(-1)).toMatchObject({ type: "ended", outcome: { class: "cancelled", session: "s-1" } })
    expect(neighbour).toBeUndefined()
  })

  test("of the shell adapter ends the command's whole group", async () => {
    const program = Effect.gen(function* () {
      const { fiber, events } = yield* started("", "shell", { command: ["sh", "-c", "sleep 300 & echo $!; wait"] })
      yield* Fiber.interrupt(fiber)
      return events
    })
    const events = await inPool(program)
    expect(events.at(-1)).toMatchObject({ type: "ended", outcome: { ok: false, class: "cancelled" } })
    const child = Number(events.find((event) => event.type === "said")?.text)
    expect(child).toBeGreaterThan(1)
    // gone, or dead and waiting for its parent to notice
    expect(
      spawnSync("ps", ["-o", "stat=", "-p", String(child)])
        .stdout.toString()
        .trim(),
    ).toMatch(/^(Z.*)?$/)
  })
})

describe("asking", () => {
  test("names of the built-in adapters", async () => {
    expect(await inPool(Pool.use((pool) => pool.names))).toEqual(["claude", "codex", "pi", "shell"])
  })

  test("a plugin's module tells what its adapter says of itself, or why it can't be used", async () => {
    const load = (name: string) => inPool(Pool.use((pool) => Effect.result(pool.load(fixture(name).module))))
    expect(await load("liar.ts")).toMatchObject({ _tag: "Success", success: { name: "liar", program: "liar", env: ["LIAR_*"] } })
    for (const [name, words] of [
      ["half.ts", "is no adapter"],
      ["greedy.ts", "env"],
      ["broken.ts", "broken at the top"],
      ["missing.ts", "missing.ts"],
    ] as const) {
      const result = await load(name)
      expect(result).toMatchObject({ _tag: "Failure", failure: { _tag: "PluginUnusable", field: "plugins", exit: 2 } })
      if (result._tag === "Failure") expect(result.failure.message).toContain(words)
    }
  })

  test("what a detection says is checked too", async () => {
    const detect = (env: Record<string, string>) => inPool(Pool.use((pool) => Effect.result(pool.detect(liar, env))))
    expect(await detect({})).toMatchObject({ _tag: "Success", success: { found: true, version: "1.0" } })
    expect(await detect({ MODE: "lie" })).toMatchObject({ _tag: "Failure", failure: { _tag: "AdapterCrashed" } })
  })

  test("an unknown adapter, and a worker that isn't where it should be, are crashes with words", async () => {
    expect((await inPool(telling("good", "cluade"))).crash?.message).toContain("there is no adapter cluade")
    const nowhere = Pool.layer.pipe(Layer.provide(Layer.succeed(PoolWorker, new URL("file:///nowhere/worker.ts"))))
    const lost = await Effect.runPromise(telling("good").pipe(Effect.provide(nowhere)))
    expect(lost.crash).toBeInstanceOf(AdapterCrashed)
  })
})

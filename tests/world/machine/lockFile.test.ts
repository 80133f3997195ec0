import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import type { Liveness } from "../../../core/domain/lock/processIdentity.ts"
import { lockFile, type LockHolder } from "../../../core/world/machine/lockFile.ts"

let directory = ""
let lock = ""
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "osier-lock-"))
  lock = join(directory, "lock")
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const named = (nonce: string): LockHolder => ({ host: "here", boot: "now", pid: 1, started: "1", nonce })
const write = (file: string, nonce: string) => writeFileSync(file, JSON.stringify(named(nonce)))
const holder = () => JSON.parse(readFileSync(lock, "utf8")).nonce

const deadOnes = new Set(["dead", "dead breaker"])
const judge = (it: LockHolder): Promise<Liveness> => Promise.resolve(deadOnes.has(it.nonce) ? "dead" : "alive")

test("who judged the holder dead, but comes too late to replace it, takes nothing from the new holder", async () => {
  write(lock, "dead")
  const quick = lockFile(lock, named("quick"), judge)
  const late = lockFile(lock, named("late"), async (it) => {
    if (it.nonce === "dead") expect(await quick.attempt()).toEqual({ type: "taken", inherited: true })
    return judge(it)
  })
  expect(await late.attempt()).toEqual({ type: "again" })
  expect(holder()).toBe("quick")
  expect(await late.attempt()).toMatchObject({ type: "held", holder: { nonce: "quick" } })
  expect(readdirSync(directory).filter((name) => name.includes("takeover"))).toEqual([])
})

test("while one party breaks the lock of a dead holder, no other can", async () => {
  write(lock, "dead")
  write(`${lock}.takeover.dead`, "breaker")
  const other = lockFile(lock, named("other"), judge)
  expect(await other.attempt()).toMatchObject({ type: "held", holder: { nonce: "breaker" } })
  expect(holder()).toBe("dead")
})

test("a dead breaker is broken by its own nonce, and that too only once", async () => {
  write(lock, "dead")
  write(`${lock}.takeover.dead`, "dead breaker")
  const quick = lockFile(lock, named("quick"), judge)
  const late = lockFile(lock, named("late"), async (it) => {
    if (it.nonce === "dead breaker") expect(await quick.attempt()).toMatchObject({ type: "taken" })
    return judge(it)
  })
  expect(await late.attempt()).toEqual({ type: "again" })
  expect(holder()).toBe("quick")
  expect(readdirSync(directory).toSorted()).toEqual(["lock", "lock.own.late", "lock.own.quick"])
})

test("release gives back one's own lock only, and leftovers of the dead are swept, those of the living not", async () => {
  write(lock, "somebody")
  const mine = lockFile(lock, named("mine"), judge)
  await mine.release()
  expect(holder()).toBe("somebody")
  rmSync(lock)
  expect(await mine.attempt()).toEqual({ type: "taken", inherited: false })
  write(`${lock}.own.dead`, "dead")
  write(`${lock}.takeover.older`, "dead breaker")
  write(`${lock}.own.somebody`, "somebody")
  await mine.sweep()
  await mine.release()
  await mine.forget()
  expect(readdirSync(directory)).toEqual(["lock.own.somebody"])
  expect(existsSync(lock)).toBe(false)
})

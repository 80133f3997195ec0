import { readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { boundedLog } from "../../../core/world/machine/boundedLog.ts"
import { makeFolder } from "../../support/repo.ts"

const small = { head: 100_000, tail: 10_000 }
const line = (n: number) => Buffer.from(`line ${String(n).padStart(9, "0")}\n`)

test("what is not too much is kept whole, behind what was there", async () => {
  const path = join(makeFolder(), "a.log")
  writeFileSync(path, "before\n")
  const log = boundedLog(path, small)
  for (let n = 0; n < 7000; n++) log.add(line(n))
  await log.close()
  expect(readFileSync(path, "utf8")).toBe(`before\n${Array.from({ length: 7000 }, (_, n) => line(n).toString()).join("")}`)
})

test("of too much the beginning and the end are kept, and what lies between is counted", async () => {
  const path = join(makeFolder(), "a.log")
  const log = boundedLog(path, small)
  const total = 200_000 * line(0).length
  for (let n = 0; n < 200_000; n++) if (!log.add(line(n))) await log.drained()
  await log.close()
  const text = readFileSync(path, "utf8")
  expect(text.startsWith("line 000000000\n")).toBe(true)
  expect(text.endsWith("line 000199999\n")).toBe(true)
  const note = /\n\[osier left out (\d+) bytes here\]\n/.exec(text)
  expect(text.length - (note?.[0].length ?? 0) + Number(note?.[1])).toBe(total)
  expect(text.length).toBeLessThan(small.head + small.tail + 100)
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test("many programs after each other don't fill one log either", async () => {
  const path = join(makeFolder(), "a.log")
  for (let n = 0; n < 3; n++) {
    const log = boundedLog(path, small)
    log.add(Buffer.alloc(2_000_000, 97))
    await log.close()
  }
  expect(statSync(path).size).toBeLessThan(small.head + 3 * (small.tail + 65_536 + 100))
})

test("a log that can't be written ends nothing", async () => {
  const log = boundedLog(join(makeFolder(), "gone", "a.log"), small)
  log.add(line(1))
  await log.close()
  expect(log.add(line(2))).toBe(true)
})

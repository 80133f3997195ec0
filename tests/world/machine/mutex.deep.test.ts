import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"
import { party } from "../../support/party.ts"
import { makeFolder } from "../../support/repo.ts"

const worker = fileURLToPath(new URL("../../support/mutexWorker.ts", import.meta.url))

test("eight processes increment an unprotected counter while holders are killed", { timeout: 120_000 }, async () => {
  const directory = makeFolder()
  const lock = join(directory, "lock")
  const [processes, times, kills] = [8, 150, 12]
  writeFileSync(join(directory, "counter"), "0")
  writeFileSync(join(directory, "values"), "")
  const holder = (): number => {
    try {
      return JSON.parse(readFileSync(lock, "utf8")).pid
    } catch {
      return 0
    }
  }
  const run = () => {
    const child = spawn(process.execPath, [worker, directory, String(times)], { stdio: ["ignore", "ignore", "inherit"] })
    return { child, ended: once(child, "exit") }
  }
  const live = new Map(Array.from({ length: processes }, run).map((it) => [it.child.pid ?? 0, it]))
  let killed = 0
  while (killed < kills) {
    const victim = live.get(holder())
    if (victim === undefined || victim.child.exitCode !== null) {
      if ([...live.values()].every((it) => it.child.exitCode !== null)) break
      await new Promise((resume) => setTimeout(resume, Math.random() * 20))
      continue
    }
    victim.child.kill("SIGKILL")
    await victim.ended
    live.delete(victim.child.pid ?? 0)
    const next = run()
    live.set(next.child.pid ?? 0, next)
    killed++
  }
  expect(killed).toBe(kills)
  for (const it of live.values()) expect(await it.ended).toEqual([0, null])

  const values = readFileSync(join(directory, "values"), "utf8").trim().split("\n").map(Number)
  // Two at once would have set the same value twice; only a kill between setting and logging may leave a hole.
  expect(values.every((value, index) => index === 0 || value > (values[index - 1] ?? 0))).toBe(true)
  const final = Number(readFileSync(join(directory, "counter"), "utf8"))
  expect(values.length).toBeGreaterThanOrEqual(processes * times)
  expect(final - values.length).toBeLessThanOrEqual(kills)
  // One more party cleans up after those that were killed.
  await Effect.runPromise(party((mutex) => mutex.withLock(lock, Effect.void)))
  expect(readdirSync(directory).filter((name) => name.startsWith("lock"))).toEqual([])
})

import { existsSync, statSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { connect } from "../core/client.ts"
import { readServerFile } from "../core/world/machine/serverFile.ts"
import { journalFolder, upTo } from "./support/journalFolder.ts"
import { socketHouse, token } from "./support/socketHouse.ts"
import { offering } from "./support/socketProcess.ts"
import { many, take, seqsOf } from "./support/streamed.ts"

test(
  "the serving process is killed again and again: another takes over, and the client misses nothing and sees nothing twice",
  { timeout: 120_000 },
  async () => {
    using folder = journalFolder()
    const seen = take({ directory: folder.directory }, 401)
    let current = offering(folder.directory, "run0")
    await current.ready
    await current.serves()
    for (const n of upTo(4)) {
      const next = offering(folder.directory, `run${n}`)
      await next.ready
      current.append(100)
      await expect.poll(async () => (await folder.journal((journal) => journal.position)).seq, { timeout: 10_000 }).toBe(1 + n * 100)
      const killed = performance.now()
      await current.kill()
      const record = await next.serves()
      expect(performance.now() - killed).toBeLessThan(3_000)
      expect(record.process.pid).toBe(next.child.pid)
      expect(await readServerFile(folder.directory)).toEqual(record)
      current = next
    }
    expect(seqsOf(await seen)).toEqual(upTo(401))
    const file = join(folder.directory, "server.json")
    expect(statSync(file).mode & 0o777).toBe(0o600)
    await current.end()
    expect(existsSync(file)).toBe(false)
  },
)

test("a slow program is not sent more than it holds, and still gets all", { timeout: 40_000 }, async () => {
  using folder = journalFolder()
  await using house = await socketHouse(folder.directory)
  await house.append(many(50_000, 100))
  const events: number[] = []
  for await (const event of connect({ url: house.url, token })) {
    events.push(event.seq)
    if (event.seq === 1) await expect.poll(() => house.listening(), { timeout: 10_000 }).toBe(0)
    if (event.seq === 50_001) break
  }
  expect(events).toEqual(upTo(50_001))
})

import { expect, test } from "vitest"
import { journalFolder, upTo } from "../support/journalFolder.ts"
import { said, socketHouse, socketOf } from "../support/socketHouse.ts"

const many = (count: number, size = 1) => upTo(count).map((n) => said(n, "x".repeat(size)))

test("a consumer that takes nothing is dropped with a reason while the others get everything", { timeout: 40_000 }, async () => {
  using folder = journalFolder()
  await using house = await socketHouse(folder.directory, { patience: { bufferedBytes: 256 * 1024, stallMs: 300 } })
  using stalled = socketOf(house.url)
  await stalled.next()
  stalled.socket.pause()
  using one = socketOf(house.url)
  using two = socketOf(house.url)
  await Promise.all([one.next(), two.next()])
  const [batches, size] = [40, 1_000]
  const before = process.memoryUsage().rss
  const append = async () => {
    for (const _ of upTo(batches)) await house.append(many(size, 1_000))
  }
  const total = batches * size + 1
  const [first, second] = await Promise.all([one.seqs(total), two.seqs(total), append()])
  expect(first).toEqual(upTo(total))
  expect(second).toEqual(upTo(total))
  expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024)
  await expect.poll(() => house.listening(), { timeout: 10_000 }).toBe(2)
  stalled.socket.resume()
  expect(await stalled.closed).toEqual([4008, expect.stringContaining("too slow")])

  // It comes back with the last place it has seen, and misses nothing.
  const seen: number[] = []
  for (let frame = stalled.take(); frame !== undefined; frame = stalled.take()) {
    if (Array.isArray(frame)) seen.push(...frame.map((event): number => event.seq))
  }
  expect(seen).toEqual(upTo(seen.length))
  expect(seen.length).toBeLessThan(total)
  using again = socketOf(`${house.url}?since=${seen.length}`)
  await again.next()
  expect(await again.seqs(total - seen.length)).toEqual(upTo(total).slice(seen.length))
})

import { spawn } from "node:child_process"
import { once } from "node:events"
import { statSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { journalFolder, upTo } from "../../tests/support/journalFolder.ts"
import { said, socketHouse, token } from "../../tests/support/socketHouse.ts"
import type { Bench } from "./row.ts"

const consumers = 10
const batch = 1000

/** 14: events durable in the file and at ten consumers, one of which takes nothing. */
export const stream: Bench = {
  numbers: ["14"],
  rows: async ({ full }) => {
    const batches = full ? 1000 : 200
    using folder = journalFolder()
    await using house = await socketHouse(folder.directory)
    const total = batches * batch + 1
    const child = spawn(process.execPath, [join(import.meta.dirname, "consumers.ts"), house.url, token, String(consumers), String(total)], {
      stdio: ["ignore", "pipe", "inherit"],
    })
    const over = once(child, "close")
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    await lines.next()
    while (house.listening() < consumers && child.exitCode === null) await new Promise((wake) => setTimeout(wake, 20))
    const before = process.memoryUsage().rss
    let highest = before
    const start = performance.now()
    for (const n of upTo(batches)) {
      await house.append(upTo(batch).map(() => said(n, "x".repeat(150))))
      highest = Math.max(highest, process.memoryUsage().rss)
    }
    const durable = performance.now() - start
    const answer = await lines.next()
    const delivered = performance.now() - start
    await over
    const told: { readonly wrong: number; readonly p99: number } =
      answer.done === true ? { wrong: NaN, p99: NaN } : JSON.parse(answer.value)
    const grown = (highest - before) / (1 << 20)
    const faults = [
      ...(told.wrong === 0 ? [] : [`${told.wrong} events lost or out of order`]),
      ...(told.p99 <= 50 ? [] : [`p99 of delivery ${told.p99} ms`]),
      ...(grown <= 50 ? [] : [`resident + ${grown.toFixed(0)} MB`]),
    ]
    return [
      {
        number: "14",
        measure: `${total} events, durable and at ${consumers} consumers, one stalled`,
        unit: "ms/100k",
        ours: [(delivered / total) * 100_000],
        anchor: [],
        target: "≤ 1 s per 100,000; p99 ≤ 50 ms; + ≤ 50 MB",
        goal: { type: "limit", most: 1000 },
        faults,
        note: `durable after ${durable.toFixed(0)} ms, delivered after ${delivered.toFixed(0)} ms, p99 ${told.p99} ms, resident + ${grown.toFixed(0)} MB, file ${(statSync(folder.file).size / 1e6).toFixed(0)} MB`,
      },
    ]
  },
}

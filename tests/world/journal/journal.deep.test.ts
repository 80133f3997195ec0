import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { existsSync, readFileSync } from "node:fs"
import { expect, test } from "vitest"
import type { EventBody } from "../../../core/domain/event/event.ts"
import { journalFolder, upTo } from "../../support/journalFolder.ts"

const said = (task: number, text = "x"): EventBody => ({ type: "AgentSaid", task, attempt: 1, text })

const collect = <A, E>(stream: Stream.Stream<A, E>) => Effect.map(Stream.runCollect(stream), (them) => [...them])

test("places are gapless over eight processes, some of which are killed while they write long lines", { timeout: 120_000 }, async () => {
  using folder = journalFolder()
  const steady = upTo(5).map((n) => folder.worker(`steady${n}`, 300, 2_000))
  const doomed = upTo(3).map((n) => folder.worker(`doomed${n}`, 100_000, 100_000))
  const seen = folder.journal((journal) =>
    journal.follow(0).pipe(
      Stream.filter((event) => event.type === "AgentSaid" && event.run.startsWith("steady")),
      Stream.take(1500),
      collect,
    ),
  )
  for (const { child, ended } of doomed) {
    await expect
      .poll(() => existsSync(folder.file) && readFileSync(folder.file, "utf8").includes('"run":"doomed'), { timeout: 20_000 })
      .toBe(true)
    child.kill("SIGKILL")
    await ended
  }
  expect(await Promise.all(steady.map((it) => it.said))).toEqual(steady.map(() => "done"))
  await Promise.all(steady.map((it) => it.ended))
  await folder.journal((journal) => journal.append(said(0)))
  const seqs = folder.seqs()
  expect(seqs).toEqual(upTo(seqs.length))
  const events = folder
    .lines()
    .map((line) => JSON.parse(line))
    .filter((it) => it.type === "AgentSaid")
  for (const n of upTo(5))
    expect(events.filter((it) => it.run === `steady${n}`).map((it) => it.task)).toEqual(upTo(300).map((it) => it - 1))
  // Whoever followed all the time saw each of them, once, in this order.
  expect((await seen).map((event) => event.seq)).toEqual(events.filter((it) => it.run.startsWith("steady")).map((it) => it.seq))
})

import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect, test } from "vitest"
import { Control } from "../../core/world/machine/control.ts"
import { budgetMs } from "../support/dice.ts"
import { knockForLong } from "../support/edgeFuzz.ts"
import { journalFolder, upTo } from "../support/journalFolder.ts"
import { said, socketHouse, socketOf } from "../support/socketHouse.ts"

test("whatever is sent to the port, the server serves on: request lines, headers, upgrades, frames", { timeout: 60_000 }, async () => {
  expect(await knockForLong(Math.min(budgetMs, 3_000))).toBeGreaterThan(0)
})

test("a command whose carrying out breaks is answered, and so is a megabyte of nonsense, in a few words", async () => {
  using folder = journalFolder()
  const broken = Effect.die(new Error("broken"))
  const control = Layer.succeed(
    Control,
    Control.of({ cancel: () => broken, pause: broken, resume: broken, add: () => broken, land: () => broken }),
  )
  await using house = await socketHouse(folder.directory, { control })
  await house.append([said(1)])
  using socket = socketOf(`${house.url}?since=2`)
  await socket.next()
  socket.socket.send(JSON.stringify({ id: 1, command: "pause" }))
  expect(await socket.next()).toMatchObject({ error: { id: 1, tag: "Defect", message: "unexpected: broken" } })
  socket.socket.send("[".repeat(1_000_000))
  socket.socket.send(JSON.stringify({ id: 2, command: "x".repeat(1_000_000) }))
  for (const _ of upTo(2)) {
    const answer = JSON.stringify(await socket.next())
    expect(answer).toContain("BadCommand")
    expect(answer.length).toBeLessThan(10_000)
  }
})

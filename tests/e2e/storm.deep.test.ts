import { expect, test } from "vitest"
import { battle } from "../../scripts/storm/battle.ts"
import type { Series } from "../../scripts/storm/battle.ts"
import { broken, table } from "../../scripts/storm/figures.ts"

test("processes in own and in shared clones, by path and HTTP: one winner of a task, all of different ones, no number twice", async () => {
  const series = (["own", "shared"] as const).flatMap((clones) =>
    (["same task", "different tasks", "ids"] as const).flatMap((game): readonly Series[] => [
      { game, clones, transport: "path", contenders: 6, rounds: 1 },
      { game, clones, transport: "http", contenders: 3, rounds: 1 },
    ]),
  )
  const rows = await battle(series, () => undefined)
  console.log(table(rows, () => undefined))
  expect(rows).toHaveLength(series.length)
  expect(rows.flatMap(broken)).toEqual([])
  expect(rows.flatMap(({ rounds }) => rounds.flat())).toHaveLength(2 * 3 * 9)
}, 90_000)

test("a broken promise is told: two winners, none, a failure, a number twice", () => {
  const row = { game: "same task", clones: "own", transport: "path", contenders: 2, ms: 1 } as const
  const won = { won: true, ms: 1, ids: [] }
  const lost = { won: false, ms: 1, ids: [] }
  expect(broken({ ...row, rounds: [[won, lost]] })).toEqual([])
  expect(broken({ ...row, rounds: [[won, won]] })).toHaveLength(1)
  expect(broken({ ...row, rounds: [[lost, lost]] })).toHaveLength(1)
  expect(broken({ ...row, rounds: [[won, { ...lost, failed: "no" }]] })).toHaveLength(1)
  expect(broken({ ...row, game: "different tasks", rounds: [[won, lost]] })).toHaveLength(1)
  const number = (id: number) => ({ won: true, ms: 1, ids: [id] })
  expect(broken({ ...row, game: "ids", rounds: [[number(1), number(2)]] })).toEqual([])
  expect(
    broken({
      ...row,
      game: "ids",
      rounds: [
        [number(1), number(2)],
        [number(2), number(3)],
      ],
    }),
  ).toHaveLength(1)
})

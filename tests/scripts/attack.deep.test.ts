import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { broken, noHarm, table } from "../../scripts/attack/figures.ts"
import { harmIn } from "../../scripts/attack/harm.ts"
import { house } from "../../scripts/attack/house.ts"

const program = [process.execPath, join(import.meta.dirname, "../../core/main.ts")]

test("every kind of harm is seen, and nothing else", { timeout: 120_000 }, async () => {
  await using at = await house({ program, remote: true })
  await at.osier("run", "one")
  expect(await harmIn(at, { landed: ["one"], secrets: ["not there"] })).toEqual(noHarm)

  const trailers = "Osier-Task: 1"
  writeFileSync(join(at.repo, "notes/broken.md"), "secret-word\n")
  await at.git("add", "-A")
  await at.git("commit", "-qm", `Again\n\n${trailers}`)
  await at.git("push", "-q", "origin", "main")
  await at.git("branch", "task/left-9")
  writeFileSync(join(at.repo, ".git/refs/heads/main.lock"), "")
  mkdirSync(join(at.repo, ".git/osier/attempts/9"), { recursive: true })
  writeFileSync(join(at.folder, "tmp/osier-left"), "")
  const harm = await harmIn(at, { landed: ["one", "two"], secrets: ["secret-word"] })
  expect(harm.lost).toEqual([expect.stringContaining("two is absent")])
  expect(harm.twice).toEqual(["task 1 landed twice"])
  expect(harm.red).toEqual([expect.stringContaining("main is red at")])
  expect(harm.published).toEqual(["secret-word"])
  expect(harm.left.toSorted()).toEqual(
    [".git/osier/attempts/9", "branches task/left-9", "lock file refs/heads/main.lock", "temporary osier-left"].toSorted(),
  )
})

test("the table counts what was right, and each harm is told with its attack", () => {
  const rows = [
    {
      what: "kill",
      ms: 1000,
      trials: [
        { wrong: [], harm: noHarm },
        { wrong: ["exit 0"], harm: { ...noHarm, red: ["main is red"] } },
      ],
    },
    { what: "other", ms: 500, trials: [{ wrong: [], harm: noHarm, skipped: "not here" }] },
  ]
  expect(rows.flatMap(broken)).toEqual(["kill: exit 0", "kill: red: main is red"])
  expect(table(rows).split("\n").at(-1)).toMatch(/^\| all +\| 2 +\| 1 +\| 0 +\| 0 +\| 1 +\| 0 +\| 0 +\| 1\.5 +\|$/)
})

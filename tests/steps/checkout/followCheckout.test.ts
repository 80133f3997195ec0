import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { land } from "../../../core/steps/land/land.ts"
import { recoverFollow } from "../../../core/steps/checkout/recoverFollow.ts"
import { Reaper } from "../../../core/world/machine/reaper.ts"
import { Refs } from "../../../core/world/git/refs.ts"
import { inWorld } from "../../support/world.ts"
import { target, stopInside, half } from "../../support/halfLanding.ts"

test("killed together with its git in the middle of a file", { skip: process.platform === "win32" }, async () => {
  const { repo, from, to } = half()
  await stopInside(repo, from, to)
  await inWorld(
    repo.path,
    Reaper.use((reaper) => reaper.reap({ mark: "follow-" }, 0)),
  )
  expect(readdirSync(join(repo.path, ".git")).some((name) => /^index\.osier-.*\.lock$/.test(name))).toBe(true)
  expect(repo.git("status", "--porcelain")).not.toBe(" M mine")
  expect(await inWorld(repo.path, recoverFollow())).toMatchObject([{ type: "finished" }])
  expect(repo.git("status", "--porcelain")).toBe(" M mine")
  expect(readdirSync(join(repo.path, ".git")).filter((name) => name.startsWith("index."))).toEqual([])
})

test("a checkout made while the target moved is told to be behind", async () => {
  const { repo, from, to } = half()
  repo.git("checkout", "-q", "--", "mine")
  repo.git("checkout", "-q", "-b", "other")
  const ended = await inWorld(
    repo.path,
    Effect.gen(function* () {
      const refs = yield* Refs
      // The user switches in the very moment between the look and the swap.
      const racing = Refs.of({
        ...refs,
        swap: (...asked) =>
          Effect.andThen(
            Effect.sync(() => repo.git("checkout", "-q", "main")),
            refs.swap(...asked),
          ),
      })
      return yield* land({ target, from, to, expect: () => [], reason: "r" }).pipe(Effect.provideService(Refs, racing))
    }),
  )
  expect(ended).toMatchObject({ type: "landed", followed: undefined, behind: { checkout: repo.path } })
  if (ended.type !== "landed" || ended.behind === undefined) throw new Error("not behind")
  execFileSync("sh", ["-c", ended.behind.command], { stdio: "ignore" })
  expect(repo.git("status", "--porcelain")).toBe("")
})

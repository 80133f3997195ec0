import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { heldJudged, holdJudged, letJudgedGo } from "../../../core/steps/keep/holdJudged.ts"
import { makeRepo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

test("what is judged and on no branch yet survives a collection of garbage, as long as it is held", async () => {
  const repo = makeRepo()
  const draft = (words: string) => repo.git("commit-tree", "-p", "HEAD", "-m", words, "HEAD^{tree}")
  const [held, other] = [draft("judged"), draft("nobody's")]
  const hold = { task: 1, what: "landing" }
  await inWorld(repo.path, holdJudged(hold, held))
  repo.git("gc", "-q", "--prune=now")
  expect(repo.git("cat-file", "-t", held)).toBe("commit")
  expect(() => repo.git("cat-file", "-t", other)).toThrow(/./)
  const next = draft("judged anew")
  await inWorld(repo.path, Effect.andThen(holdJudged(hold, next), holdJudged({ task: 12, what: "own/2" }, next)))
  repo.git("gc", "-q", "--prune=now")
  expect(() => repo.git("cat-file", "-t", held)).toThrow(/./)
  expect(await inWorld(repo.path, heldJudged())).toEqual([hold, { task: 12, what: "own/2" }])
  await inWorld(repo.path, Effect.andThen(letJudgedGo(hold), letJudgedGo({ task: 12, what: "own/2" })))
  expect(await inWorld(repo.path, heldJudged())).toEqual([])
  repo.git("gc", "-q", "--prune=now")
  expect(() => repo.git("cat-file", "-t", next)).toThrow(/./)
})

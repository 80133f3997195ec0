import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect, test } from "vitest"
import { Git } from "../../../core/world/git/git.ts"
import { ofObjects } from "../../../core/world/git/ofObjects.ts"
import { Process } from "../../../core/world/machine/process.ts"
import { makeRepo } from "../../support/repo.ts"

const [one, other] = ["a".repeat(40), "b".repeat(64)]

test.each([
  [["ls-tree", "-r", "-z", one], true],
  [["--git-dir", "/x/.git", "diff-tree", "-r", one, other], true],
  [["ls-tree", "-r", "HEAD"], false],
  [["ls-tree", "-r", one.slice(1)], false],
  [["diff-tree", one, "--", "path"], false],
  [["diff-tree", "--stdin"], false],
  [["rev-parse", one], false],
])("%j follows from objects alone: %s", (args, expected) => expect(ofObjects(args)).toBe(expected))

test("what follows from objects alone is asked once, what a ref says each time", async () => {
  const repo = makeRepo({ a: "1\n" })
  const tree = repo.git("rev-parse", "HEAD^{tree}")
  let started = 0
  const counting = Layer.effect(
    Process,
    Effect.map(Process, (live) => ({ ...live, run: (spec: Parameters<typeof live.run>[0]) => ((started += 1), live.run(spec)) })),
  ).pipe(Layer.provide(Process.layer))
  const listing = (name: string) => Effect.flatMap(Git, (git) => git.fields(["ls-tree", "-r", "-z", name], { cwd: repo.path }))
  const [first, second, third] = await Effect.runPromise(
    Effect.all([listing(tree), listing(tree), listing("HEAD")]).pipe(Effect.provide(Layer.provide(Git.layer, counting))),
  )
  expect(second).toEqual(first)
  expect(third).toEqual(first)
  expect(first).toHaveLength(1)
  expect(started).toBe(2)
})

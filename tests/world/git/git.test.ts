import { expect, test } from "vitest"
import { Git } from "../../../core/world/git/git.ts"
import { makeRepo } from "../../support/repo.ts"
import { files, textOf } from "../../support/source.ts"
import { inWorld } from "../../support/world.ts"

test("a code with many causes is only the expected no when git says so in its words", async () => {
  const repo = makeRepo()
  const ask = (...args: readonly string[]) =>
    inWorld(
      repo.path,
      Git.use((git) => git.run(args, { cwd: repo.path, no: /unknown revision/ })),
    )
  expect((await ask("rev-parse", "--show-prefix", "nothing")).code).toBe(128)
  await expect(ask("rev-parse", "--no-such-option-of-anybody", "--verify", "x")).rejects.toMatchObject({ _tag: "GitFailed", code: 128 })
})

test("an answer of git's that osier does not know is said to be one", async () => {
  const repo = makeRepo()
  const failing = inWorld(
    repo.path,
    Git.use((git) => git.run(["no-such-verb-of-git"], { cwd: repo.path })),
  )
  await expect(failing).rejects.toMatchObject({ hint: expect.stringContaining("does not know this answer") })
})

test("nobody takes git's general failure for an answer", () => {
  const found = files
    .filter((file) => file.startsWith("core/"))
    .flatMap((file) => [...textOf(file).matchAll(/codes: \[[^\]]*\b12[89]\b/g)].map(([text]) => `${file}: ${text}`))
  expect(found).toEqual([])
})

test("every git in the git directory is told which that is, as some git forbid to look for it there", () => {
  const found = files
    .filter((file) => file.startsWith("core/"))
    .flatMap((file) => {
      const text = textOf(file)
      return [...text.matchAll(/\b(?:git|text|fields|run)\(\s*\[("[^"]+"[^;]*?)cwd: (?:repository\.)?commonDir\b[^;]*?\)/g)]
        .filter(([call]) => !/--git-dir|GIT_DIR|\.\.\.args|"--version"/.test(call))
        .map(([call]) => `${file}: ${call.slice(0, 80)}`)
    })
  expect(found).toEqual([])
})

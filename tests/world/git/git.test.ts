import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { Git } from "../../../core/world/git/git.ts"
import { makeFolder, makeRepo } from "../../support/repo.ts"
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

/** A git that hangs as often as said, and answers after that. */
const hanging = (times: number) => {
  const folder = makeFolder()
  const body = `#!/bin/sh\necho >> ${folder}/asked\n[ $(wc -l < ${folder}/asked) -gt ${times} ] || exec sleep 600\necho answered\n`
  writeFileSync(join(folder, "git"), body, { mode: 0o755 })
  const ask = (...args: readonly string[]) =>
    inWorld(
      makeRepo().path,
      Git.use((git) => git.text(args, { env: { PATH: `${folder}:${process.env["PATH"] ?? ""}` }, timeoutMs: 150 })),
    )
  return { ask, asked: () => readFileSync(join(folder, "asked"), "utf8").length }
}

test("a git that reads and hangs is ended at its time and asked once more", async () => {
  const { ask, asked } = hanging(1)
  expect(await ask("rev-parse", "HEAD")).toBe("answered")
  expect(asked()).toBe(2)
})

test("one that hangs again is told, with how long it was waited for; one that writes is not asked twice", async () => {
  const reads = hanging(9)
  await expect(reads.ask("rev-parse", "HEAD")).rejects.toMatchObject({
    message: "git rev-parse HEAD gave no answer for 0.1 s, and was ended, 2 times",
    hint: expect.stringContaining("keeps git waiting"),
  })
  expect(reads.asked()).toBe(2)
  const writes = hanging(9)
  await expect(writes.ask("gc")).rejects.toMatchObject({ message: "git gc gave no answer for 0.1 s, and was ended" })
  expect(writes.asked()).toBe(1)
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

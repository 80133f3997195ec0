import * as Effect from "effect/Effect"
import { appendFileSync, chownSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { Repository } from "../../../core/world/git/repository.ts"
import { makeFolder, makeRepo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

/** What osier says of a folder that it can't use. */
const saidOf = (path: string) =>
  inWorld(path, Effect.asVoid(Effect.service(Repository))).then(
    () => ({ message: "it can be used", hint: "" }),
    (error: { readonly message: string; readonly hint: string }) => ({ message: error.message, hint: error.hint }),
  )

const git = (path: string) => join(path, ".git")

test.each<readonly [string, (path: string) => void, RegExp, RegExp]>([
  [
    "a broken line of its configuration",
    (path) => appendFileSync(join(git(path), "config"), "[core\n"),
    /bad config line \d+ in file .*config/,
    /Correct that line/,
  ],
  [
    "an extension of a newer git",
    (path) =>
      appendFileSync(join(git(path), "config"), "[core]\nrepositoryFormatVersion = 1\n[extensions]\ntomorrow = true\nnextWeek = true\n"),
    /unknown repository extensions? found: tomorrow/,
    /newer git/,
  ],
  [
    "a HEAD that is gone",
    (path) => renameSync(join(git(path), "HEAD"), join(git(path), "H")),
    /damaged: it has no HEAD$/,
    /printf 'ref: refs\/heads\/main/,
  ],
  [
    "a HEAD that was torn",
    (path) => writeFileSync(join(git(path), "HEAD"), "\0\0"),
    /damaged: git takes its HEAD for none/,
    /HEAD names the branch/,
  ],
  ["objects that are gone", (path) => rmSync(join(git(path), "objects"), { recursive: true }), /it has no objects/, /backup or a clone/],
  [
    "a link that leads nowhere",
    (path) => {
      renameSync(git(path), `${path}.git`)
      symlinkSync(join(path, "..", "moved"), git(path))
    },
    /leads to .*moved, and nothing is there/,
    /Put back what stood/,
  ],
  [
    "a .git file that leads nowhere",
    (path) => {
      renameSync(git(path), `${path}.git`)
      writeFileSync(git(path), `gitdir: ${path}.moved\n`)
    },
    /not a git repository: .*moved/,
    /leads to .*moved/,
  ],
  [
    "a .git file without a word",
    (path) => {
      renameSync(git(path), `${path}.git`)
      writeFileSync(git(path), "")
    },
    /invalid gitfile format/,
    /gitdir: /,
  ],
])("git's own reason is told, with what helps: %s", async (_, harm, reason, hint) => {
  const repo = makeRepo()
  harm(repo.path)
  const said = await saidOf(repo.path)
  expect(said.message).toMatch(reason)
  expect(said.hint).toMatch(hint)
  expect(said.message + said.hint).not.toContain("git init")
})

test.skipIf(process.getuid?.() !== 0)("a folder of another owner is told as such, and how to trust it", async () => {
  const repo = makeRepo()
  chownSync(repo.path, 12_345, 12_345)
  chownSync(git(repo.path), 12_345, 12_345)
  const { message, hint } = await saidOf(repo.path)
  expect(message).toContain("detected dubious ownership")
  expect(hint).toContain(`git config --global --add safe.directory ${repo.path}`)
})

test("a worktree whose repository was renamed is told how to find back", async () => {
  const repo = makeRepo()
  const tree = join(makeFolder(), "tree")
  repo.git("worktree", "add", "-q", tree)
  renameSync(repo.path, `${repo.path}-renamed`)
  const { message, hint } = await saidOf(tree)
  expect(message).toContain("/.git/worktrees/tree")
  expect(hint).toContain(`git worktree repair ${tree}`)
})

test("where no repository is, and none was, a new one is what helps", async () => {
  const folder = makeFolder()
  expect(await saidOf(folder)).toEqual({
    message: `${folder} can't be used: not a git repository`,
    hint: expect.stringContaining("git init"),
  })
  const bare = join(folder, "bare.git")
  for (const name of ["objects", "refs"]) mkdirSync(join(bare, name), { recursive: true })
  expect((await saidOf(bare)).message).toContain("damaged: it has no HEAD")
})

test("inside of a git directory the way to its checkout is told", async () => {
  const repo = makeRepo()
  const { message, hint } = await saidOf(git(repo.path))
  expect(message).toContain("inside a git directory")
  expect(hint).toContain(`-C ${repo.path}`)
})

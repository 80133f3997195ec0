import { existsSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { wouldWait } from "../../../core/steps/land/land.ts"
import { landing, setUp, status, target, tip } from "../../support/landing.ts"
import { makeFolder } from "../../support/repo.ts"
import type { Repo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

/** What is in the way, and which files are named for it; nothing may change while it is. */
const obstacles: readonly (readonly [string, (repo: Repo) => void, readonly string[] | undefined])[] = [
  ["a changed file", (r) => r.write("changes", "mine\n"), ["changes"]],
  ["a staged file", (r) => (r.write("changes", "mine\n"), r.git("add", "changes")), ["changes"]],
  ["a changed file that is to vanish", (r) => r.write("goes", "mine\n"), ["goes"]],
  ["a changed file with an odd name", (r) => r.write("new\nline", "mine\n"), ["new\nline"]],
  ["a removed file that changes", (r) => rmSync(join(r.path, "changes")), ["changes"]],
  ["an untracked file", (r) => r.write("-added", "mine\n"), ["-added"]],
  ["an untracked file with the same content", (r) => r.write("-added", "added\n"), ["-added"]],
  ["a staged new file", (r) => (r.write("-added", "mine\n"), r.git("add", "--", "-added")), ["-added"]],
  ["an ignored file", (r) => (r.write(".git/info/exclude", "-added\n"), r.write("-added", "mine\n")), ["-added"]],
  ["an untracked file in a folder that becomes a file", (r) => r.write("was folder/mine", "mine\n"), ["was folder/mine"]],
  ["an ignored file in a folder that becomes a file", (r) => r.write("was folder/a.ignored", "mine\n"), ["was folder/a.ignored"]],
  ["a file where a folder is needed", (r) => r.write("deep", "mine\n"), ["deep"]],
  ["a link where a folder is needed", (r) => symlinkSync(makeFolder(), join(r.path, "deep")), ["deep"]],
  ["a broken link in the way", (r) => symlinkSync("nowhere", join(r.path, "-added")), ["-added"]],
  [
    "a folder replaced by a link",
    (r) => {
      rmSync(join(r.path, "was folder"), { recursive: true })
      const away = makeFolder()
      writeFileSync(join(away, "inner"), "mine\n")
      symlinkSync(away, join(r.path, "was folder"))
    },
    undefined,
  ],
  [
    "several at once",
    (r) => (r.write("changes", "mine\n"), r.write("-added", "mine\n"), r.write("goes", "mine\n")),
    ["-added", "changes", "goes"],
  ],
  [
    "a changed file that git was told to assume unchanged",
    (r) => (r.git("update-index", "--assume-unchanged", "changes"), r.write("changes", "mine\n")),
    ["changes"],
  ],
  [
    "a changed file that git was told to skip",
    (r) => (r.git("update-index", "--skip-worktree", "changes"), r.write("changes", "mine\n")),
    ["changes"],
  ],
  [
    "a file staged in a folder that the user made of a file that vanishes",
    (r) => {
      r.git("rm", "-q", "goes")
      r.write("goes/mine", "mine\n")
      r.git("add", "goes/mine")
    },
    ["goes/mine"],
  ],
  [
    "a file staged in a folder that becomes a file",
    (r) => (r.write("was folder/mine", "mine\n"), r.git("add", "was folder/mine")),
    ["was folder/mine"],
  ],
  ["a lock of the index", (r) => r.write(".git/index.lock", ""), []],
  ["a merge in progress", (r) => r.write(".git/MERGE_HEAD", `${r.git("rev-parse", "HEAD")}\n`), []],
  ["a cherry-pick in progress", (r) => r.write(".git/CHERRY_PICK_HEAD", `${r.git("rev-parse", "HEAD")}\n`), []],
  ["a bisection", (r) => void r.git("bisect", "start"), []],
  ["a sparse checkout", (r) => void r.git("config", "core.sparseCheckout", "true"), []],
  ["a split index", (r) => void r.git("update-index", "--split-index"), []],
  [
    "a rebase of the target",
    (r) => {
      r.commit("one", { stays: "one\n" })
      r.git("update-ref", "refs/heads/side", "HEAD")
      r.git("reset", "-q", "--hard", "HEAD~1")
      expect(() => r.git("-c", "sequence.editor=sed -i 1iexec\\ false", "rebase", "-q", "-i", "--root")).toThrow()
    },
    [],
  ],
]

describe("the landing waits, names the files and touches nothing for", () => {
  test.each(obstacles)("%s", async (_, put, names) => {
    const { repo, from, to } = setUp()
    put(repo)
    // Asked with a lock in place, git would refuse to answer at all.
    const seen = () => [status(repo), repo.git("ls-files", "-s"), tip(repo), existsSync(join(repo.path, ".git/index.lock"))].join()
    const before = seen()
    const early = await inWorld(repo.path, wouldWait({ target, from, to }))
    const ended = await landing(repo, from, to)
    expect(ended.type).toBe("waits")
    expect(early).toEqual(ended)
    if (ended.type === "waits" && names !== undefined) expect([...ended.files].toSorted()).toEqual(names)
    expect(seen()).toBe(before)
    if (existsSync(join(repo.path, ".git/osier/follow"))) expect(readdirSync(join(repo.path, ".git/osier/follow"))).toEqual([])
  })
})

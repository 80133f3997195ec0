import * as Effect from "effect/Effect"
import { chmodSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { readConfiguration, settingChanges } from "../../../core/steps/given/configuration.ts"
import { makeRepo } from "../../support/repo.ts"
import type { Repo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

const changes = async (repo: Repo, act: () => void) => {
  const found = await inWorld(
    repo.path,
    Effect.gen(function* () {
      const before = yield* readConfiguration()
      act()
      return yield* settingChanges(before, yield* readConfiguration())
    }),
  )
  return found.map(({ path, kind, key }) => `${kind} ${key ?? path.slice(repo.path.length + 1)}`)
}

test("every file that git obeys is looked at, whatever condition hides it and whatever is broken", async () => {
  const repo = makeRepo()
  const extra = join(repo.path, "..", "extra.config")
  writeFileSync(extra, "[core]\n\tbig = 1\n")
  mkdirSync(join(repo.path, ".git/hooks"), { recursive: true })
  mkdirSync(join(repo.path, ".git/info"), { recursive: true })
  const hook = join(repo.path, ".git/hooks/pre-commit")
  writeFileSync(hook, "#!/bin/sh\n")
  repo.git("config", "includeIf.gitdir:/never/.path", extra)
  repo.git("worktree", "add", "-q", "../linked", "-b", "linked")
  const config = join(repo.path, ".git/config")
  expect(await changes(repo, () => undefined)).toEqual([])
  expect(await changes(repo, () => writeFileSync(extra, '[filter "x"]\n\tclean = evil\n[core]\n\tbig = 1\n'))).toEqual([
    "config filter.x.clean",
  ])
  expect(await changes(repo, () => chmodSync(hook, 0o755))).toEqual(["hook .git/hooks/pre-commit"])
  expect(await changes(repo, () => writeFileSync(join(repo.path, ".git/info/attributes"), "* filter=x\n"))).toEqual([
    "file .git/info/attributes",
  ])
  const own = join(repo.path, ".git/worktrees/linked/config.worktree")
  expect(await changes(repo, () => writeFileSync(own, "[core]\n\tfsmonitor = evil\n"))).toEqual(["config core.fsmonitor"])
  expect(await changes(repo, () => void repo.git("config", "core.attributesFile", "/x"))).toEqual(["config core.attributesfile"])
  expect(await changes(repo, () => writeFileSync(config, "[core\n"))).toContain("config .git/config")
})

test("that a tree is not bare and stands where it stands is nothing new; any other place is", async () => {
  const repo = makeRepo()
  repo.git("worktree", "add", "-q", "../linked", "-b", "linked")
  const own = join(repo.path, ".git/worktrees/linked/config.worktree")
  const shape = (path: string) => writeFileSync(own, `[core]\n\tbare = false\n\tworktree = ${path}\n`)
  expect(await changes(repo, () => shape(join(repo.path, "../linked")))).toEqual([])
  expect(await changes(repo, () => shape("/elsewhere"))).toEqual(["config core.worktree"])
})

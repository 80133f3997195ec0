import { join } from "node:path"
import { expect, test } from "vitest"
import { hiddenCheckout } from "../../../core/steps/checkout/hiddenCheckout.ts"
import { makeFolder, makeRepo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

test("a bare repository that is worked in by --work-tree is told, and only that", async () => {
  const repo = makeRepo()
  expect(await inWorld(repo.path, hiddenCheckout("main"))).toBeUndefined()
  const folder = makeFolder()
  const bare = join(folder, "dotfiles.git")
  repo.git("clone", "-q", "--bare", repo.path, bare)
  expect(await inWorld(bare, hiddenCheckout("main"))).toBeUndefined()
  repo.git("--git-dir", bare, "--work-tree", folder, "checkout", "-q", "main")
  expect(await inWorld(bare, hiddenCheckout("main"))).toMatchObject({
    message: expect.stringContaining("--work-tree"),
    hint: expect.stringContaining(`git --git-dir ${bare} --work-tree <folder> read-tree`),
  })
  expect(await inWorld(bare, hiddenCheckout("other"))).toBeUndefined()
  repo.git("clone", "-q", "--separate-git-dir", join(folder, "apart"), repo.path, join(folder, "checkout"))
  expect(await inWorld(join(folder, "checkout"), hiddenCheckout("main"))).toBeUndefined()
})

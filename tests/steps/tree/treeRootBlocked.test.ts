import { symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { treeRootBlocked } from "../../../core/steps/tree/treeRootBlocked.ts"
import { makeFolder, makeRepo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

test("a folder for trees that can't be made is told with what stands in its way and the setting that helps", async () => {
  const repo = makeRepo()
  const folder = makeFolder()
  writeFileSync(join(folder, "file"), "")
  symlinkSync(makeFolder(), join(folder, "link"))
  const asked = (root: string) => inWorld(repo.path, treeRootBlocked(root))
  expect(await asked(join(folder, "new/deep"))).toBeUndefined()
  expect(await asked(join(folder, "link/new"))).toBeUndefined()
  expect(await asked(join(folder, "file/new"))).toMatchObject({ by: join(folder, "file"), hint: expect.stringContaining("`tree.root`") })
})

import { chmodSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { ownHook } from "../../../core/world/remote/ownHook.ts"
import { makeRepo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

test("a hook before a push that is not there or not executable is passed over, as git does; one that can't be started says no", async () => {
  const repo = makeRepo()
  const hook = join(repo.path, "hooks/pre-push")
  const ask = (path = hook) =>
    inWorld(repo.path, ownHook({ hook: path, args: ["origin", "x"], cwd: repo.path, input: "", timeoutMs: 5000 }))
  expect(await ask()).toBeUndefined()
  repo.write("hooks/pre-push", "#!/bin/sh\necho not on a Friday >&2; exit 1\n")
  expect(await ask()).toBeUndefined()
  chmodSync(hook, 0o755)
  expect(await ask()).toBe("not on a Friday")
  repo.write("hooks/pre-push", "#!/no/such/interpreter\n")
  expect(await ask()).toContain("cannot start")
  repo.write("hooks/pre-push", "echo no line says who runs this; test $1 = origin\n")
  expect(await ask()).toBeUndefined()
  mkdirSync(join(repo.path, "folder/pre-push"), { recursive: true })
  expect(await ask(join(repo.path, "folder/pre-push"))).toContain("cannot start")
})

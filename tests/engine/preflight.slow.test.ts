import { existsSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { makeStage } from "../support/engine.ts"

test.each(["src", "."])("a folder for trees that git has files in is refused before anything is made: %s", async (root) => {
  const yaml = `agents: { scribe: { adapter: shell, command: ["sh", "-c", "cat > a.txt"] } }\ntree: { root: "${root}" }\n`
  const { repo, run } = makeStage(yaml, { "src/a.ts": "a\n" })
  await expect(run(["one"])).rejects.toMatchObject({ _tag: "TreeRootTaken", exit: 2, field: "tree.root" })
  expect(repo.git("status", "--porcelain", "--ignored")).toBe("")
  expect(existsSync(join(repo.path, root, ".judge"))).toBe(false)
})

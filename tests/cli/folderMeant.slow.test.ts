import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { expect, test } from "vitest"
import { makeFolder, makeRepo } from "../support/repo.ts"
import { onNode } from "../support/runtimes.ts"

/**
 * As somebody types it who still stands in the tree of a task that has landed. On Node, because the binary does not come so far:
 * its runtime says by itself that the folder was deleted, and ends with 1.
 */
const typedWhereNothingIs = (...args: readonly string[]) => {
  const folder = join(makeFolder(), "tree")
  const script = 'mkdir "$0" && cd "$0" && rmdir "$0" && exec "$@"'
  return spawnSync("sh", ["-c", script, folder, ...onNode("core/main.ts").command, ...args], { encoding: "utf8" })
}

test("in a folder that is gone it says so, and what to do; another one can be named all the same", () => {
  const lost = typedWhereNothingIs("ls", "--json")
  expect(lost.status).toBe(3)
  expect(lost.stderr).toContain('"tag":"FolderGone"')
  expect(typedWhereNothingIs("-C", makeRepo().path, "ls")).toMatchObject({ status: 0, stderr: "" })
})

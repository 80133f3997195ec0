import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"
import { makeFolder } from "../../support/repo.ts"

const worker = fileURLToPath(new URL("../../support/crowdedWorker.ts", import.meta.url))

// A process can lower the limit only of what it starts.
test.skipIf(process.platform === "win32")(
  "with no room for one more file nothing is taken for absent, nothing is lost, and programs start later",
  () => {
    const line = 'ulimit -n 64 && exec "$0" "$@"'
    const said = execFileSync("sh", ["-c", line, process.execPath, worker, makeFolder()], { encoding: "utf8", timeout: 60_000 })
    expect(JSON.parse(said)).toEqual({
      read: "7",
      absent: true,
      written: true,
      walked: 300,
      journal: true,
      program: "hi\n",
      conversation: "hello\n",
      agent: [["a", "b"], 0],
    })
  },
)

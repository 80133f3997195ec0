import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, onTestFinished, test } from "vitest"
import { sweepJudges } from "../../../core/steps/gate/judgeTree.ts"
import { courtroom } from "../../support/courtroom.ts"
import { makeRepo, type Repo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"
import { alive } from "../../support/alive.ts"
import { use } from "../../support/judging.ts"

const worker = fileURLToPath(new URL("../../support/judgeWorker.ts", import.meta.url))

test.runIf(process.platform === "linux")("killed in the middle: the next one ends what is left and starts from nothing", async () => {
  const repo = makeRepo({ "a.txt": "1\n" })
  const { root } = courtroom(repo)
  await use(repo, "main")
  const start = async () => {
    const child = spawn(process.execPath, [worker, repo.path, root], { stdio: ["ignore", "pipe", "inherit"] })
    onTestFinished(() => void child.kill("SIGKILL"))
    const [said] = await once(child.stdout, "data")
    const ended = once(child, "exit")
    child.kill("SIGKILL")
    await ended
    return Number(String(said))
  }
  const first = await start()
  expect(alive(first)).toBe(true)
  expect(await use(repo, "main")).toMatchObject({ cold: true, names: ["a.txt"] })
  expect(alive(first)).toBe(false)
  const second = await start()
  const found = await inWorld(repo.path, sweepJudges(root, 300))
  expect(found.map(({ pid }) => pid)).toContain(second)
  expect(alive(second)).toBe(false)
})

test("submodules are filled, those within them too, from the clones that the user has", async () => {
  const innermost = makeRepo({ "deep.txt": "deep\n" })
  const inner = makeRepo({ "in.txt": "in\n" })
  const add = (repo: Repo, other: Repo, path: string) => {
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other.path, path)
    repo.git("commit", "-q", "-m", path)
  }
  add(inner, innermost, "deep")
  const repo = makeRepo({ "a.txt": "1\n" })
  add(repo, inner, "lib/inner")
  repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init", "--recursive")
  // Where they came from is out of reach.
  for (const away of [inner, innermost]) renameSync(away.path, `${away.path}.away`)
  const place = courtroom(repo)
  const files = (path: string) => [
    readFileSync(join(path, "lib/inner/in.txt"), "utf8"),
    readFileSync(join(path, "lib/inner/deep/deep.txt"), "utf8"),
  ]
  for (const round of [1, 2]) {
    let seen: readonly string[] = []
    const used = await use(repo, "main", {}, ({ path }) => (seen = files(path)), place)
    expect([round, seen]).toEqual([round, ["in\n", "deep\n"]])
    expect(used).toMatchObject({ cold: true, changed: [] })
  }
})

test.runIf(process.platform === "linux")(
  "a gate's configuration of a submodule runs nothing when the judge looks for changes",
  async () => {
    const inner = makeRepo({ "in.txt": "in\n" })
    const repo = makeRepo({ "a.txt": "1\n" })
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.path, "sub")
    repo.git("commit", "-q", "-m", "sub")
    const witness = join(repo.path, "..", `witness-${basename(repo.path)}`)
    await use(repo, "main", {}, ({ path }) => {
      execFileSync("git", ["-C", join(path, "sub"), "config", "core.fsmonitor", `touch ${witness}; false`])
      writeFileSync(join(path, "sub/in.txt"), "changed\n")
    })
    expect(existsSync(witness)).toBe(false)
  },
)

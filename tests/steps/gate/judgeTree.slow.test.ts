import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { expect, onTestFinished, test } from "vitest"
import { sweepJudges } from "../../../core/steps/gate/judgeTree.ts"
import { courtroom } from "../../support/courtroom.ts"
import { makeRepo } from "../../support/repo.ts"
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

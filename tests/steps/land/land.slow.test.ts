import { execFileSync, spawn } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { recoverFollow } from "../../../core/steps/checkout/recoverFollow.ts"
import type { Repo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"
import { setUp, landing, status, tip, tidy, settle, untouched } from "../../support/landing.ts"

/** Runs the landing in a process of its own and kills it at a step, without a chance to clean up. */
const killAt = async (repo: Repo, from: string, to: string, step: string) => {
  const child = spawn(process.execPath, [join(import.meta.dirname, "../../support/landWorker.ts"), repo.path, from, to, step], {
    stdio: ["ignore", "pipe", "inherit"],
  })
  const said = await new Promise<string>((resolve) => child.stdout.once("data", (bytes: Buffer) => resolve(bytes.toString().trim())))
  expect(said).toBe(step)
  const over = new Promise((resolve) => child.once("close", resolve))
  child.kill("SIGKILL")
  await over
}

describe("killed at any moment, the next start finds it landed once or not at all", () => {
  test.each(["intended", "locked", "copied", "swapped", "written", "placed", "released"])("%s", async (step) => {
    const { repo, from, to } = setUp()
    const files = settle(repo)
    const before = status(repo)
    await killAt(repo, from, to, step)
    const recovered = await inWorld(repo.path, recoverFollow())
    const swapped = !["intended", "locked", "copied"].includes(step)
    expect(tip(repo)).toBe(swapped ? to : from)
    expect(recovered.map((each) => each.type)).toEqual(swapped && step !== "released" ? ["finished"] : [])
    expect(status(repo)).toBe(before)
    untouched(files)
    tidy(repo)
    if (!swapped) expect(await landing(repo, from, to)).toMatchObject({ type: "landed", followed: repo.path })
    expect(status(repo)).toBe(before)
    expect(await inWorld(repo.path, recoverFollow())).toEqual([])
  })

  test("in the middle of writing the files", async () => {
    const { repo, from, to, at } = setUp()
    const files = settle(repo)
    const before = status(repo)
    await killAt(repo, from, to, "swapped")
    // As git leaves it: what vanishes is gone, some files are written, one is between its removal and its making.
    for (const path of ["goes", "was file", "was folder/inner"]) rmSync(at(path))
    rmSync(at("was folder"), { recursive: true })
    mkdirSync(at("was file"))
    writeFileSync(at("was file/inner"), "now a folder\n")
    writeFileSync(at("-added"), "added\n")
    rmSync(at("changes"))
    expect(await inWorld(repo.path, recoverFollow())).toMatchObject([{ type: "finished", path: repo.path }])
    expect(status(repo)).toBe(before)
    untouched(files)
    tidy(repo)
  })

  test("and changed by the user since: nothing is touched, the command is told until it is seen to", async () => {
    const { repo, from, to, at } = setUp()
    await killAt(repo, from, to, "swapped")
    writeFileSync(at("changes"), "mine, since\n")
    const found = await inWorld(repo.path, recoverFollow())
    expect(found).toMatchObject([{ type: "left", command: expect.stringContaining(`git -C ${repo.path} read-tree -m -u ${from} ${to}`) }])
    expect(readFileSync(at("changes"), "utf8")).toBe("mine, since\n")
    expect(existsSync(at(".git/index.lock"))).toBe(false)
    expect(await inWorld(repo.path, recoverFollow())).toMatchObject([{ type: "left" }])
    writeFileSync(at("changes"), "old\n")
    execFileSync("sh", ["-c", found[0]?.type === "left" ? found[0].command : "false"], { stdio: "ignore" })
    expect(status(repo)).toBe("")
    expect(await inWorld(repo.path, recoverFollow())).toMatchObject([{ type: "finished" }])
    tidy(repo)
  })

  test("and somebody removed the lock and went on: it is not touched", async () => {
    const { repo, from, to, at } = setUp()
    await killAt(repo, from, to, "swapped")
    rmSync(at(".git/index.lock"))
    repo.git("reset", "-q", "--hard", to)
    const after = repo.commit("the user goes on", { stays: "more\n" })
    expect((await inWorld(repo.path, recoverFollow())).map((each) => each.type)).toEqual(["finished"])
    expect([tip(repo), status(repo)]).toEqual([after, ""])
    tidy(repo)
  })

  test("another git holds the lock now: it stays its", async () => {
    const { repo, from, to, at } = setUp()
    await killAt(repo, from, to, "swapped")
    writeFileSync(at(".git/index.lock"), "somebody else's")
    expect(await inWorld(repo.path, recoverFollow())).toMatchObject([{ type: "left" }])
    expect(readFileSync(at(".git/index.lock"), "utf8")).toBe("somebody else's")
  })
})

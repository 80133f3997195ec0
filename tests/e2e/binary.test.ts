import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync, existsSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { binary, osierWays } from "../support/runtimes.ts"
import { textOf } from "../support/source.ts"

const { version } = JSON.parse(textOf("package.json"))
const folder = mkdtempSync(join(tmpdir(), "osier-binary-"))
afterAll(() => rmSync(folder, { recursive: true }))

const start = ([file = "", ...before]: readonly string[], args: readonly string[]) => {
  const from = performance.now()
  const { status, stdout, stderr } = spawnSync(file, [...before, ...args], { cwd: folder, encoding: "utf8" })
  return { status, stdout, stderr, ms: performance.now() - from }
}

describe.each(await osierWays())("osier on $title", ({ command, missing }) => {
  test.skipIf(missing !== undefined)("says its version", () => {
    const { status, stdout, stderr } = start(command, ["--version"])
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    expect(stdout).toContain(version)
  })
})

describe("the binary", () => {
  const { command, missing } = binary()

  test.skipIf(missing !== undefined)("starts in the time of ten git --version", () => {
    // in turns, so that a busy moment hits both
    const rounds = Array.from({ length: 15 }, () => [start(command, ["--version"]).ms, start(["git"], ["--version"]).ms] as const)
    const median = (times: readonly number[]) => times.toSorted((a, b) => a - b)[7] ?? Infinity
    expect(median(rounds.map(([ours]) => ours))).toBeLessThan(10 * median(rounds.map(([, theirs]) => theirs)))
  })

  test.skipIf(missing !== undefined)("runs nothing that lies in the folder it is started in", () => {
    writeFileSync(join(folder, "planted.ts"), `require("node:fs").writeFileSync("planted-ran", "")`)
    writeFileSync(join(folder, "bunfig.toml"), `preload = ["./planted.ts"]`)
    writeFileSync(join(folder, "package.json"), "{ no json")
    writeFileSync(join(folder, "tsconfig.json"), "{ no json")
    expect(start(command, ["--version"]).status).toBe(0)
    expect(existsSync(join(folder, "planted-ran"))).toBe(false)
  })
})

describe("the build", () => {
  const build = (...args: readonly string[]) => start([process.execPath, join(import.meta.dirname, "..", "..", "build.config.ts")], args)

  test("never replaces a folder that holds something else", () => {
    writeFileSync(join(folder, "somebodys.txt"), "work")
    const { status, stderr } = build("--out", folder)
    expect(stderr).toContain("holds something else")
    expect(status).toBe(3)
    expect(existsSync(join(folder, "somebodys.txt"))).toBe(true)
  })

  test("names the engines there are", () => {
    const { status, stderr } = build("--engine", "fusion")
    expect(stderr.trim()).toBe("There is no engine fusion; they are bun and deno.")
    expect(status).toBe(3)
  })
})

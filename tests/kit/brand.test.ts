import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { branded, isBranded } from "../../core/kit/brand.ts"

const path = process.env["PATH"] ?? ""
const mark = "0123456789ab:12:3:run/7"
const start = (argv: readonly string[], env: Readonly<Record<string, string>>) => {
  const [file = "", ...args] = branded(argv, env, "/")
  return spawnSync(file, args, { env: { ...env }, cwd: "/" })
}

test.runIf(process.platform === "linux")("a brand passes on where a mark is lost, and says whose it is", () => {
  const { stdout } = start(["env", "-i", "setsid", "-w", "sh", "-c", "cat /proc/self/limits"], { PATH: path, OSIER_MARK: mark })
  const limits = stdout.toString()
  for (const mine of [mark, "0123456789ab:12:3:run/7/", "0123456789ab:12:3", "0123456789ab:12:", "0123456789ab:"])
    expect(isBranded(limits, mine), mine).toBe(true)
  for (const other of ["0123456789ab:12:3:run/8", "0123456789ab:12:4", "0123456789ab:1:", "0123456789ac:", "judge/x/1/"])
    expect(isBranded(limits, other), other).toBe(false)
  // The number behind the words is an owner's fence: it and later owners may look for what it had started, earlier ones don't find it.
  for (const fence of [3, 4, 100]) expect(isBranded(limits, "0123456789ab:12:", fence), String(fence)).toBe(true)
  for (const fence of [2, 1, 0]) expect(isBranded(limits, "0123456789ab:12:", fence), String(fence)).toBe(false)
  expect(isBranded(limits, "0123456789ab:13:", 100)).toBe(false)
})

test("nothing is branded without a mark, nor what can't be started", () => {
  expect(branded(["true"], { PATH: path }, "/")).toEqual(["true"])
  expect(branded(["no-such-program"], { PATH: path, OSIER_MARK: mark }, "/")).toEqual(["no-such-program"])
  expect(branded(["true"], { PATH: path, OSIER_MARK: mark }, "/nowhere")).toEqual(["true"])
  expect(branded([], { OSIER_MARK: mark }, "/")).toEqual([])
})

test.runIf(process.platform === "linux")("what nobody branded is nobody's, also with a limit set by hand", () => {
  expect(isBranded(readFileSync("/proc/self/limits", "utf8"), mark)).toBe(false)
  expect(isBranded("Max resident set          1048576              unlimited            bytes", mark)).toBe(false)
})

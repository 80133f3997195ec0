import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { expect, test } from "vitest"

const program = join(import.meta.dirname, "poolRuntime.ts")

/** Deno and Bun are no dependencies of the project; name their programs to have them tried. */
const runtimes = [
  ["node", [process.execPath, program]],
  ["bun", [process.env["OSIER_TEST_BUN"] ?? "", program]],
  ["deno", [process.env["OSIER_TEST_DENO"] ?? "", "run", "-A", program]],
] as const

test.each(runtimes)("the pool on %s", { timeout: 60_000 }, async (_name, [file, ...args]) => {
  if (file === "") return console.warn(`skipped: ${_name} is not named in OSIER_TEST_${_name.toUpperCase()}`)
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "inherit"] })
  let out = ""
  child.stdout.on("data", (chunk) => (out += chunk))
  const [code] = await once(child, "close")
  expect(JSON.parse(out)).toEqual({
    secret: false,
    good: "ok",
    shell: "ok",
    missing: "environment",
    together: ["cancelled"],
    group: "cancelled",
    exits: expect.stringContaining("process.exit(0) was called"),
    flood: "ok",
    prints: "ok",
    crash: expect.stringContaining("thrown from a timer"),
    after: "ok",
    names: ["claude", "codex", "pi", "shell"],
    plugin: "liar",
    found: true,
    none: false,
  })
  expect(code).toBe(0)
})

import { spawn } from "node:child_process"
import { once } from "node:events"
import { describe, expect, test } from "vitest"
import { onNode, onRuntime } from "../../support/runtimes.ts"

const program = "tests/world/pool/poolRuntime.ts"
const ways = [onNode(program), await onRuntime("bun", program), await onRuntime("deno", program)]

describe.each(ways)("the pool on $title", ({ command, missing }) => {
  test.skipIf(missing !== undefined)("drives, cancels and survives adapters, and lets the program end", { timeout: 120_000 }, async () => {
    const [file = "", ...args] = command
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
      plugin: { name: "liar", program: "liar", env: ["LIAR_*"] },
      found: true,
      none: false,
    })
    expect(code).toBe(0)
  })
})

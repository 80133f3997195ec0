import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { onNode, onRuntime, type Way } from "../../support/runtimes.ts"
import { makeFolder, makeRepo } from "../../support/repo.ts"

const program = "tests/world/machine/conversationRuntime.ts"
const bun = await onRuntime("bun", program)

/** As `npm run build` compiles osier. */
const compiled = (): Way => {
  if (bun.missing !== undefined) return { ...bun, name: "binary", title: `compiled (skipped: ${bun.missing})` }
  return { name: "binary", title: "compiled", command: bun.command }
}

const isHere = existsSync("/proc/self/stat")
if (!isHere) console.log("SKIPPED talks with git whose children are killed and stopped: they are found in /proc")

describe.each([onNode(program), bun, compiled()])("talks with git on $title", ({ title, command, missing }) => {
  test.skipIf(missing !== undefined || !isHere)(
    "thousands of questions side by side, with children that are killed or stopped, are answered, or told why not",
    { timeout: 300_000 },
    async () => {
      let [file = "", ...args] = command
      if (title === "compiled") {
        const made = join(makeFolder(), "talk")
        execFileSync(file, ["build", "--compile", "--minify", "--bytecode", "--format=esm", ...args, "--outfile", made], {
          stdio: "ignore",
        })
        ;[file, args] = [made, []]
      }
      const child = spawn(file, [...args, makeRepo().path], { stdio: ["ignore", "pipe", "pipe"] })
      let [out, err] = ["", ""]
      child.stdout.on("data", (chunk) => (out += chunk))
      child.stderr.on("data", (chunk) => (err += chunk))
      const [code] = await once(child, "close")
      // No runtime warns of listeners that pile up.
      expect(err).toBe("")
      expect(JSON.parse(out)).toEqual({
        calm: { right: 3_000, dead: 0 },
        rough: { right: 3_000, dead: true },
        counted: 20,
        once: { said: ["answered"], partners: 2, left: 0 },
        always: { said: ["gave no answer for 1 s, and was ended"], partners: 2, left: 0 },
        gitOnce: "false",
        gitAlways: "git rev-parse --is-bare-repository gave no answer for 1.0 s, and was ended, 2 times",
        child: { timedOut: true, code: null },
        left: 0,
      })
      expect(code).toBe(0)
    },
  )
})

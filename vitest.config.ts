import { availableParallelism, devNull } from "node:os"
import { defineConfig } from "vitest/config"

/** What only the longer tiers run: whole programs, random walks, and the other runtimes. */
const long = ["tests/e2e/**", "tests/sim/**", "tests/**/*.runtimes.test.ts", "tests/**/*.slow.test.ts"]
/** What only the longest runs. */
const longest = ["tests/**/*.deep.test.ts"]

/** By tier, see scripts/test.ts; without one everything that is asked for by name runs. */
const left: Record<string, readonly string[]> = { check: [...long, ...longest], test: longest }

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    exclude: [...(left[process.env["OSIER_TIER"] ?? ""] ?? [])],
    // the user's own git configuration, hooks and signing keys must not decide what a test says
    env: { GIT_CONFIG_GLOBAL: devNull, GIT_CONFIG_NOSYSTEM: "1" },
    // real processes and repositories: slower on a busy machine, above all those that run whole programs; never endless
    testTimeout: process.env["OSIER_TIER"] === "check" ? 30_000 : 120_000,
    hookTimeout: 60_000,
    pool: "forks",
    // a process for each file costs the quick tier a fifth of its time; the longer ones show that no file leans on another
    isolate: process.env["OSIER_TIER"] !== "check",
    // most tests wait for other processes, so a core fewer than there are would stand idle
    maxWorkers: Math.max(2, availableParallelism()),
  },
})

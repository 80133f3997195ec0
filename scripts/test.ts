import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { runtimeHere } from "./runtime.ts"

const root = join(import.meta.dirname, "..")
const tiers = ["check", "test", "deep"]
const tier = process.argv[2] ?? "check"
if (!tiers.includes(tier)) {
  console.error(`There is no tier ${tier}; the tiers are ${tiers.join(", ")}.`)
  process.exit(2)
}

// a test run started by a git hook would otherwise work on the repository of that hook
const inherited = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith("GIT_")))
const env: NodeJS.ProcessEnv = {
  ...inherited,
  // osier is started hundreds of times from source; each start but the first reads what another has compiled
  NODE_COMPILE_CACHE: join(root, ".cache", "compile"),
  OSIER_TIER: tier,
  OSIER_SEED: process.env["OSIER_SEED"] ?? String(Date.now() % 1_000_000_000),
}

interface Ran {
  readonly ok: boolean
  readonly out: string
}

/** Runs one program with the Node of this process; `show` passes its output on as it comes. */
const run = (script: string, args: readonly string[], show: boolean): Promise<Ran> =>
  new Promise((done) => {
    const child = spawn(process.execPath, [join(root, script), ...args], {
      cwd: root,
      env,
      stdio: show ? "inherit" : ["ignore", "pipe", "pipe"],
    })
    let out = ""
    child.stdout?.on("data", (chunk) => (out += chunk))
    child.stderr?.on("data", (chunk) => (out += chunk))
    child.on("error", (error) => done({ ok: false, out: error.message }))
    child.on("close", (code) => done({ ok: code === 0, out }))
  })

let brokenSteps = 0

/** One line per step: what, how it ended, how long it took; its output only when it failed. */
const step = async (name: string, work: () => Promise<Ran>): Promise<void> => {
  const start = performance.now()
  const { ok, out } = await work()
  if (!ok) brokenSteps += 1
  console.log(`${ok ? "ok    " : "FAILED"} ${name.padEnd(14)} ${((performance.now() - start) / 1000).toFixed(1)} s`)
  if (!ok) console.log(out.trimEnd())
}

interface Case {
  readonly status: string
  readonly fullName: string
}
interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly startTime: number
    readonly endTime: number
    readonly assertionResults: readonly Case[]
  }[]
}

const tests = async (): Promise<{ readonly passed: number; readonly failed: number; readonly skipped: readonly string[] }> => {
  const folder = mkdtempSync(join(tmpdir(), "osier-report-"))
  const file = join(folder, "report.json")
  try {
    const args = ["run", "--root", root, "--reporter=default", "--reporter=json", `--outputFile.json=${file}`, ...process.argv.slice(3)]
    const { ok } = await run("node_modules/vitest/vitest.mjs", args, true)
    if (!existsSync(file)) return { passed: 0, failed: 1, skipped: [] }
    const report: Report = JSON.parse(readFileSync(file, "utf8"))
    // a file that can't even be loaded has no cases, and is a failure all the same
    const unloaded = report.testResults.filter(
      ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
    ).length
    const failed = report.numFailedTests + unloaded
    const skipped = report.testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ status }) => !/^(passed|failed)$/.test(status))
    const slowest = report.testResults.toSorted((a, b) => b.endTime - b.startTime - (a.endTime - a.startTime)).slice(0, 5)
    for (const { name, startTime, endTime } of slowest)
      console.log(`       ${((endTime - startTime) / 1000).toFixed(1).padStart(5)} s ${relative(root, name)}`)
    return { passed: report.numPassedTests, failed: ok ? failed : Math.max(1, failed), skipped: skipped.map(({ fullName }) => fullName) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const bin = (name: string) => `node_modules/${name}`
const start = performance.now()
console.log(`tier ${tier}, seed ${env["OSIER_SEED"]} (OSIER_SEED repeats it)`)
await Promise.all([
  step("types", () => run(bin("typescript/bin/tsc"), ["--noEmit", "--pretty", "false"], false)),
  step("lint", () => run(bin("oxlint/bin/oxlint"), [], false)),
  step("format", () => run(bin("oxfmt/bin/oxfmt"), ["--check"], false)),
])
if (tier !== "check") {
  await step("binary", () => run("build.config.ts", [], false))
  env["OSIER_BUILT"] = existsSync(join(root, "dist/osier")) ? "dist/osier" : "dist/osier.mjs"
  for (const name of ["deno", "bun"] as const) {
    const found = await runtimeHere(name)
    if ("missing" in found) console.log(`SKIPPED everything on ${name}: ${found.missing}`)
  }
}
const testsStart = performance.now()
const { passed, failed, skipped } = await tests()
console.log(`${failed > 0 ? "FAILED" : "ok    "} ${"tests".padEnd(14)} ${((performance.now() - testsStart) / 1000).toFixed(1)} s`)
// what only a deeper tier has time for is counted; what could not run here is named
const unable = tier === "test" ? skipped.filter((name) => !name.includes("deep: ")) : skipped
for (const name of unable) console.log(`skipped: ${name}`)
if (skipped.length > unable.length) console.log(`left to npm run test:deep: ${skipped.length - unable.length}, and its own files`)
if (passed === 0) console.log("No test ran; that is a failure.")
const broken = failed + brokenSteps + (passed === 0 && failed === 0 ? 1 : 0)
console.log(`tier ${tier}: ${passed + failed + skipped.length} cases in ${((performance.now() - start) / 1000).toFixed(1)} s`)
console.log(`${passed} passed, ${broken} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ""}`)
process.exitCode = broken > 0 ? 1 : 0

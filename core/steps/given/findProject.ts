import * as Effect from "effect/Effect"
import { delimiter, join } from "node:path"
import { testGlobs } from "../../domain/git/oddity.ts"
import type { FoundGate, Project } from "../../domain/settings/settingsDraft.ts"
import { Files } from "../../world/machine/files.ts"
import { Git } from "../../world/git/git.ts"
import { Repository } from "../../world/git/repository.ts"

/** Agent programs that osier drives without any settings. */
const programs = ["claude", "codex", "pi"]

/** How each package manager of JavaScript runs tests and installs, by its lock file; the first that is there counts. */
const managers: readonly { readonly lock: string; readonly test: string; readonly install: string }[] = [
  { lock: "pnpm-lock.yaml", test: "pnpm test", install: "pnpm install --frozen-lockfile" },
  { lock: "yarn.lock", test: "yarn test", install: "yarn install --immutable" },
  { lock: "bun.lock", test: "bun run test", install: "bun install --frozen-lockfile" },
  { lock: "package-lock.json", test: "npm test", install: "npm ci" },
]

/** Looks at a repository as a newcomer would: how is it tested, what does a fresh checkout need, which agents are here. */
export const findProject = Effect.fn("findProject")(function* () {
  const [files, git, { root: checkout, tree: root = checkout, name }] = [yield* Files, yield* Git, yield* Repository]
  const text = (path: string) => files.text(join(root, path)).pipe(Effect.orElseSucceed(() => undefined))
  const gates: FoundGate[] = []
  const setup: { readonly run: string; readonly when: string }[] = []
  const keepIgnored: string[] = []
  const add = (run: string, from: string) => {
    if (!gates.some((gate) => gate.run === run))
      gates.push({ name: gates.length === 0 ? "test" : (run.split(" ")[0] ?? "test"), run, from })
  }

  const manifest = yield* text("package.json")
  if (manifest !== undefined) {
    const locks = yield* Effect.forEach(managers, ({ lock }) => text(lock))
    const manager = managers[locks.findIndex((lock) => lock !== undefined)]
    if (hasTest(manifest)) add(manager?.test ?? "npm test", 'the script "test" of package.json')
    if (manager !== undefined) {
      setup.push({ run: manager.install, when: manager.lock })
      keepIgnored.push("node_modules")
    } else if (/"(?:devD|d|optionalD)ependencies"\s*:\s*\{\s*"/.test(manifest)) {
      // Nothing pins what is installed, but without it nothing of it is there.
      setup.push({ run: "npm install --no-audit --no-fund", when: "package.json" })
      keepIgnored.push("node_modules")
    }
  }
  if ((yield* text("deno.json")) !== undefined || (yield* text("deno.jsonc")) !== undefined) add("deno test -A", "deno.json")
  if ((yield* text("Cargo.toml")) !== undefined) {
    add("cargo test", "Cargo.toml")
    keepIgnored.push("target")
  }
  if ((yield* text("go.mod")) !== undefined) add("go test ./...", "go.mod")
  const python = yield* Effect.forEach(["pytest.ini", "pyproject.toml", "setup.cfg", "tox.ini"], text)
  if (python[0] !== undefined || python.some((one) => one?.includes("pytest"))) add("python3 -m pytest -q", "the settings of pytest")
  if (gates.length === 0 && (yield* text("gradlew")) !== undefined) add("./gradlew test", "gradlew")
  if (gates.length === 0 && (yield* text("pom.xml")) !== undefined) add("mvn -q test", "pom.xml")
  if (gates.length === 0 && (yield* text("mix.exs")) !== undefined) add("mix test", "mix.exs")
  const makefile = (yield* text("Makefile")) ?? (yield* text("makefile"))
  const target = /^(test|check)\s*:(?!=)/m.exec(makefile ?? "")?.[1]
  if (gates.length === 0 && target !== undefined) add(`make ${target}`, "the Makefile")

  const head = yield* git.run(["symbolic-ref", "--quiet", "--short", "HEAD"], { cwd: root, codes: [0, 1] })
  const branch = head.stdout.toString().trim()
  const ignored = yield* git.run(["check-ignore", "-q", "--", ".env"], { cwd: root, codes: [0, 1], no: /must be run in a work tree/ })
  const copy = ignored.code === 0 && (yield* files.stat(join(root, ".env"))) !== undefined ? [".env"] : []
  const agents = yield* Effect.filter(programs, onPath)
  const tests = testGlobs(yield* git.fields(["ls-files", "-z"], { cwd: root }))
  return { name, ...(branch === "" ? {} : { target: branch }), gates, setup, keepIgnored, copy, tests, agents } satisfies Project
})

/** `npm init` writes a test script that only fails; that is no gate. */
const hasTest = (manifest: string): boolean => {
  const test = /"scripts"\s*:\s*\{[^}]*"test"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(manifest)?.[1]
  return test !== undefined && !test.includes("no test specified")
}

const onPath = Effect.fnUntraced(function* (program: string) {
  const files = yield* Files
  const endings = process.platform === "win32" ? [".exe", ".cmd"] : [""]
  for (const folder of (process.env["PATH"] ?? "").split(delimiter).filter((one) => one !== "")) {
    for (const ending of endings) {
      if ((yield* files.stat(join(folder, program + ending)).pipe(Effect.orElseSucceed(() => undefined))) !== undefined) return true
    }
  }
  return false
})

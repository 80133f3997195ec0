import * as Effect from "effect/Effect"
import { delimiter, join } from "node:path"
import { testGlobs } from "../../domain/git/oddity.ts"
import type { FoundGate, Project } from "../../domain/settings/settingsDraft.ts"
import { hasTest } from "../../domain/settings/workspace.ts"
import { Files } from "../../world/machine/files.ts"
import { BuiltIn } from "../../world/pool/builtIn.ts"
import { Git } from "../../world/git/git.ts"
import { Repository } from "../../world/git/repository.ts"
import { findMembers } from "./findMembers.ts"
import type { MemberTest } from "./findMembers.ts"
import { Environment } from "../../world/machine/environment.ts"

/** How each package manager of JavaScript runs tests and installs, by its lock file; the first that is there counts. */
const npm: Manager = {
  lock: "package-lock.json",
  test: "npm test",
  install: "npm ci",
  anew: "npm install --no-audit --no-fund",
  member: (folder) => `npm test --workspace ${folder}`,
}
const bun = {
  test: "bun run test",
  install: "bun install --frozen-lockfile",
  anew: "bun install",
  member: (folder: string) => `bun run --cwd ${folder} test`,
}
const managers: readonly Manager[] = [
  {
    lock: "pnpm-lock.yaml",
    test: "pnpm test",
    install: "pnpm install --frozen-lockfile",
    anew: "pnpm install",
    member: (folder) => `pnpm --filter ./${folder} test`,
  },
  {
    lock: "yarn.lock",
    test: "yarn test",
    install: "yarn install --immutable",
    anew: "yarn install",
    member: (_, name) => `yarn workspace ${name} test`,
  },
  { lock: "bun.lock", ...bun },
  { lock: "bun.lockb", ...bun },
  npm,
  { ...npm, lock: "npm-shrinkwrap.json" },
]

interface Manager {
  readonly lock: string
  readonly test: string
  readonly install: string
  /** Without a lock file. */
  readonly anew: string
  readonly member: MemberTest
}

/** The manager that a manifest without a lock file names, or that its workspace is of. */
const named = (manifest: string | undefined, pnpm: boolean): Manager => {
  const said = /"packageManager"\s*:\s*"(\w+)@/.exec(manifest ?? "")?.[1] ?? (pnpm ? "pnpm" : "npm")
  return managers.find(({ test }) => test.startsWith(`${said} `)) ?? npm
}

/** The first yarn has another word for it. */
const installOf = ({ install, lock }: Manager, content: string): string =>
  lock === "yarn.lock" && content.includes("# yarn lockfile v1") ? "yarn install --frozen-lockfile" : install

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

  const tracked = yield* git.fields(["ls-files", "-z"], { cwd: root })
  const manifest = yield* text("package.json")
  const locks = yield* Effect.forEach(managers, ({ lock }) => text(lock))
  const locked = locks.findIndex((lock) => lock !== undefined)
  const manager = managers[locked] ?? named(manifest, (yield* text("pnpm-workspace.yaml")) !== undefined)
  const members = yield* findMembers(root, tracked, manager.member)
  if (manifest !== undefined) {
    if (hasTest(manifest) && !(members.gates.length > 0 && members.rootHandsOn)) add(manager.test, 'the script "test" of package.json')
    if (locked >= 0) setup.push({ run: installOf(manager, locks[locked] ?? ""), when: manager.lock })
    // Nothing pins what is installed, but without it nothing of it is there.
    else if (members.node || /"(?:devD|d|optionalD)ependencies"\s*:\s*\{\s*"/.test(manifest))
      setup.push({ run: manager.anew, when: "package.json" })
    if (setup.length > 0) keepIgnored.push("node_modules")
  }
  if ((yield* text("deno.json")) !== undefined || (yield* text("deno.jsonc")) !== undefined) add("deno test -A", "deno.json")
  const cargo = yield* text("Cargo.toml")
  if (cargo !== undefined) {
    if (!members.cargo || /^\[package\]/m.test(cargo)) add("cargo test", "Cargo.toml")
    keepIgnored.push("target")
  }
  if ((yield* text("go.mod")) !== undefined) add("go test ./...", "go.mod")
  gates.push(
    ...members.gates.map((gate) => ({ ...gate, name: gates.some(({ name }) => name === gate.name) ? `test-${gate.name}` : gate.name })),
  )
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
  const agents = yield* Effect.filter(yield* BuiltIn, ({ program }) => (program === undefined ? Effect.succeed(false) : onPath(program)))
  const tests = testGlobs(tracked)
  return {
    name,
    ...(branch === "" ? {} : { target: branch }),
    gates,
    setup,
    keepIgnored,
    copy,
    tests,
    agents: agents.map(({ name }) => name),
    more: members.left,
  } satisfies Project
})

const onPath = Effect.fnUntraced(function* (program: string) {
  const files = yield* Files
  const endings = process.platform === "win32" ? [".exe", ".cmd"] : [""]
  for (const folder of ((yield* Environment)["PATH"] ?? "").split(delimiter).filter((one) => one !== "")) {
    for (const ending of endings) {
      if ((yield* files.stat(join(folder, program + ending)).pipe(Effect.orElseSucceed(() => undefined))) !== undefined) return true
    }
  }
  return false
})

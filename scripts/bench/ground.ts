import type * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { execFile, spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs"
import { devNull, tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { worldAt, type World } from "../../core/live.ts"

// the user's own git configuration must not decide what is measured
Object.assign(process.env, { GIT_CONFIG_GLOBAL: devNull, GIT_CONFIG_NOSYSTEM: "1" })
for (const key of Object.keys(process.env)) if (/^GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX)$/.test(key)) delete process.env[key]

const start = promisify(execFile)

/** Runs a program to its end, as a script would; answers with what it printed. */
export const shell = async (cwd: string, program: string, ...args: readonly string[]): Promise<string> =>
  (await start(program, [...args], { cwd, maxBuffer: 64 << 20 })).stdout.trimEnd()

/** A branch of a bench repository: what it changes on top of main. */
export interface Twig {
  readonly branch: string
  readonly files: Readonly<Record<string, string>>
}

/** A repository to measure on, in a folder of its own that is gone after the `using` block. */
export interface Ground extends AsyncDisposable {
  readonly folder: string
  readonly path: string
  readonly base: string
  readonly git: (...args: readonly string[]) => Promise<string>
  /** Runs an effect in the live world of this repository, which stays open between the calls, as it does in a run. */
  readonly run: <A, E>(effect: Effect.Effect<A, E, World>) => Promise<A>
}

const line = (n: number) => `line ${n} of a file that is about as long as a source file is\n`
const page = Array.from({ length: 16 }, (_, n) => line(n)).join("")

/** Makes a repository of so many files of about a kilobyte, in folders of a hundred, with some branches. */
export const ground = async (
  files: number,
  more: { readonly with?: Readonly<Record<string, string>>; readonly twigs?: readonly Twig[] } = {},
): Promise<Ground> => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "osier-bench-")))
  const path = join(folder, "repo")
  mkdirSync(path)
  const git = (...args: readonly string[]) => shell(path, "git", ...args)
  await git("init", "-q", "-b", "main")
  for (const [key, value] of [
    ["user.name", "Bench"],
    ["user.email", "bench@example.com"],
    ["gc.auto", "0"],
  ] as const)
    await git("config", key, value)
  const numbered = Array.from({ length: files }, (_, n) => [`folder${Math.floor(n / 100)}/file${n}.txt`, `${n}\n${page}`] as const)
  const main = commit("main", [...numbered, ...Object.entries(more.with ?? {})])
  const twigs = (more.twigs ?? []).map((twig) => commit(twig.branch, Object.entries(twig.files), "main"))
  await fastImport(path, [main, ...twigs].join(""))
  await git("read-tree", "-m", "-u", "HEAD")
  const runtime = ManagedRuntime.make(worldAt(path))
  return {
    folder,
    path,
    base: await git("rev-parse", "main"),
    git,
    run: (effect) => runtime.runPromise(effect),
    [Symbol.asyncDispose]: async () => {
      await runtime.dispose()
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`
const commit = (branch: string, files: readonly (readonly [string, string])[], from?: string) =>
  [
    `commit refs/heads/${branch}\ncommitter Bench <bench@example.com> 1700000000 +0000\n${data(branch)}`,
    from === undefined ? "" : `from refs/heads/${from}\n`,
    ...files.map(([path, text]) => `M 100644 inline ${path}\n${data(text)}`),
  ].join("")

const fastImport = (cwd: string, text: string) =>
  new Promise<void>((done, failed) => {
    const child = spawn("git", ["fast-import", "--quiet"], { cwd, stdio: ["pipe", "ignore", "inherit"] })
    child.on("error", failed)
    child.on("close", (code) => (code === 0 ? done() : failed(new Error(`git fast-import ended with ${code}`))))
    child.stdin.end(text)
  })

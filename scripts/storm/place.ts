import { execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { devNull, tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { promisify } from "node:util"

const start = promisify(execFile)

/** Without the user's own settings, and without those of a git that started this script. */
export const environment: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith("GIT_"))),
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: devNull,
  GIT_TERMINAL_PROMPT: "0",
}

/** Runs git to its end; answers with what it printed, and fails with what it complained of. */
export const git = async (cwd: string, ...args: readonly string[]): Promise<string> =>
  (await start("git", [...args], { cwd, env: environment, maxBuffer: 64 << 20 })).stdout.trimEnd()

/** A bare repository with a branch `main`, and room for clones of it; gone after the `using` block. */
export interface Place extends AsyncDisposable {
  readonly folder: string
  readonly bare: string
  readonly clone: (name: string) => Promise<string>
}

export const place = async (files: Readonly<Record<string, string>>): Promise<Place> => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "osier-storm-")))
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  process.once("exit", remove)
  const [bare, seed] = [join(folder, "remote.git"), join(folder, "seed")]
  await git(folder, "init", "-q", "--bare", "-b", "main", bare)
  await git(bare, "config", "http.receivepack", "true")
  const named = async (path: string) => {
    await git(path, "config", "user.name", "Storm")
    await git(path, "config", "user.email", "storm@example.com")
    await git(path, "config", "gc.auto", "0")
  }
  await git(folder, "init", "-q", "-b", "main", seed)
  await named(seed)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(seed, path)), { recursive: true })
    writeFileSync(join(seed, path), text)
  }
  await git(seed, "add", "-A")
  await git(seed, "commit", "-q", "-m", "Begin")
  await git(seed, "push", "-q", bare, "main")
  return {
    folder,
    bare,
    clone: async (name) => {
      const path = join(folder, name)
      await git(folder, "clone", "-q", bare, path)
      await named(path)
      return path
    },
    [Symbol.asyncDispose]: () => {
      process.off("exit", remove)
      return Promise.resolve(remove())
    },
  }
}

import { execFileSync } from "node:child_process"
import { mkdtempSync, mkdirSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { onTestFinished } from "vitest"

const environment = {
  ...Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith("GIT_"))),
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "Dev",
  GIT_AUTHOR_EMAIL: "dev@example.com",
  GIT_COMMITTER_NAME: "Dev",
  GIT_COMMITTER_EMAIL: "dev@example.com",
}

/** A real repository in a folder of its own, removed when the test ends. */
export interface Repo {
  readonly path: string
  readonly git: (...args: readonly string[]) => string
  readonly write: (path: string, text: string) => void
  /** Writes the files, commits all of them, answers with the commit's id. */
  readonly commit: (message: string, files: Readonly<Record<string, string>>) => string
}

export const makeFolder = (): string => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "osier-test-")))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

/** The repository at a path, whoever made it. */
export const repoAt = (path: string): Repo => {
  const git = (...args: readonly string[]) =>
    execFileSync("git", args, { cwd: path, env: environment, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).replace(/\n$/, "")
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(path, file)), { recursive: true })
    writeFileSync(join(path, file), text)
  }
  const commit = (message: string, some: Readonly<Record<string, string>>) => {
    for (const [file, text] of Object.entries(some)) write(file, text)
    git("add", "-A")
    git("commit", "-q", "-m", message)
    return git("rev-parse", "HEAD")
  }
  return { path, git, write, commit }
}

export const makeRepo = (files: Readonly<Record<string, string>> = { "README.md": "# a\n" }): Repo => {
  const path = join(makeFolder(), "repo")
  mkdirSync(path)
  const repo = repoAt(path)
  repo.git("init", "-q", "-b", "main")
  repo.git("config", "user.name", "Dev")
  repo.git("config", "user.email", "dev@example.com")
  repo.commit("init", files)
  return repo
}

import { execFileSync } from "node:child_process"
import { chmodSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { onTestFinished } from "vitest"
import { serveHttp as byHttp, serveSsh as bySsh } from "../../scripts/storm/serve.ts"
import type { Mood } from "../../scripts/storm/serve.ts"
import { makeFolder } from "./repo.ts"

export type { Mood } from "../../scripts/storm/serve.ts"

/** A bare repository that others push to. */
export interface Bare {
  readonly path: string
  readonly git: (...args: readonly string[]) => string
  /** Every ref with its id, as the repository itself knows them. */
  readonly refs: () => Readonly<Record<string, string>>
  /** A hook of the repository, as a shell script. */
  readonly hook: (name: string, script: string) => void
}

const environment = {
  ...Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith("GIT_"))),
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
}

/** An empty bare repository, removed when the test ends. */
export const makeBare = (): Bare => {
  const path = join(makeFolder(), "remote.git")
  mkdirSync(path)
  const git = (...args: readonly string[]) =>
    execFileSync("git", args, { cwd: path, env: environment, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).replace(/\n$/, "")
  git("init", "-q", "--bare", "-b", "main")
  git("config", "http.receivepack", "true")
  const refs = () =>
    Object.fromEntries(
      git("for-each-ref", "--format=%(refname) %(objectname)")
        .split("\n")
        .filter((row) => row !== "")
        .map((row): [string, string] => [row.slice(0, row.indexOf(" ")), row.slice(row.indexOf(" ") + 1)]),
    )
  const hook = (name: string, script: string) => {
    writeFileSync(join(path, "hooks", name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(path, "hooks", name), 0o755)
  }
  return { path, git, refs, hook }
}

/** The repository by smart HTTP on loopback. `mood` is asked for every request; the path tells which one it is. */
export const serveHttp = async (bare: Bare, mood?: (url: string) => Mood): Promise<string> => {
  const { url, close } = await byHttp(bare.path, mood)
  onTestFinished(close)
  return url
}

/** An address and a command for `core.sshCommand`, which runs the other side here, as ssh would run it there. */
export const serveSsh = (bare: Bare, script?: string): { readonly url: string; readonly command: string } =>
  bySsh(bare.path, makeFolder(), script)

import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { makeBare } from "./remotes.ts"
import type { Bare } from "./remotes.ts"
import { makeFolder, makeRepo, repoAt } from "./repo.ts"
import type { Repo } from "./repo.ts"

/** What several people share: a bare repository with a branch `main`, and clones of it. */
export interface Hub {
  readonly bare: Bare
  /** A clone of its own, that reaches the repository at this address from then on. */
  readonly clone: (url?: string, ...args: readonly string[]) => Repo
}

export const makeHub = (files: Readonly<Record<string, string>> = { "README.md": "# a\n" }): Hub => {
  const bare = makeBare()
  makeRepo(files).git("push", "-q", bare.path, "main")
  const clone = (url = bare.path, ...args: readonly string[]) => {
    const path = join(makeFolder(), "repo")
    // Not from the address: who serves it may be this very process, which stands still until git has ended.
    execFileSync("git", ["clone", "-q", ...args, `file://${bare.path}`, path], { stdio: ["ignore", "ignore", "pipe"] })
    const repo = repoAt(path)
    repo.git("remote", "set-url", "origin", url)
    repo.git("config", "user.name", "Dev")
    repo.git("config", "user.email", "dev@example.com")
    return repo
  }
  return { bare, clone }
}

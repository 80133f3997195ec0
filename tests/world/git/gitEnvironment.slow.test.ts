import * as Effect from "effect/Effect"
import { execFile, execFileSync } from "node:child_process"
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest"
import { commitWork } from "../../../core/steps/attempt/commitWork.ts"
import { makeTree } from "../../../core/steps/tree/makeTree.ts"
import { Remote } from "../../../core/world/remote/remote.ts"
import { makeBare } from "../../support/remotes.ts"
import { makeRepo } from "../../support/repo.ts"
import type { Repo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

// What a person may have in their shell, and what a git that started osier would leave there.
beforeEach(() => {
  vi.stubEnv("LC_ALL", "C.UTF-8")
  vi.stubEnv("GIT_EDITOR", "my-editor")
  vi.stubEnv("A_TOKEN", "of the user")
})
afterEach(() => vi.unstubAllEnvs())

/** Every program that git may start writes down which environment it got. */
const spied = () => {
  const repo = makeRepo({ "a.txt": "a\n", ".gitattributes": "*.txt filter=spy\n" })
  const seen = join(repo.path, "..", "seen")
  mkdirSync(seen)
  const program = (name: string, rest: string) => {
    const path = join(repo.path, "..", `${name}.sh`)
    writeFileSync(path, `#!/bin/sh\nenv | sort > "${seen}/${name}"\n${rest}\n`)
    chmodSync(path, 0o755)
    return path
  }
  for (const hook of ["pre-commit", "commit-msg", "post-commit", "reference-transaction"]) {
    mkdirSync(join(repo.path, ".git/hooks"), { recursive: true })
    writeFileSync(join(repo.path, ".git/hooks", hook), `#!/bin/sh\nexec ${program(hook, "exit 0")}\n`, { mode: 0o755 })
  }
  repo.git("config", "filter.spy.clean", program("clean", "cat"))
  repo.git("config", "filter.spy.smudge", program("smudge", "cat"))
  repo.git("config", "gpg.program", program("sign", "cat > /dev/null; echo '[GNUPG:] SIG_CREATED ' >&2; echo signature"))
  repo.git("config", "commit.gpgsign", "true")
  const take = () => {
    const found = Object.fromEntries(readdirSync(seen).map((name) => [name, readFileSync(join(seen, name), "utf8")]))
    rmSync(seen, { recursive: true })
    mkdirSync(seen)
    return found
  }
  return { repo, take, program }
}

/** Where a tree stands, what its branch is called, and who asked for the shell are nobody's difference. */
const comparable = (text: string) =>
  text
    .split("\n")
    .filter((line) => !/^(?:_|SHLVL|PWD|OLDPWD)=/.test(line))
    .map((line) => line.replace(/worktrees\/[^/]+/, "worktrees/x").replace(/^(GIT_AUTHOR_DATE=).*/, "$1"))

const plainly = (repo: Repo) => {
  const git = (cwd: string, ...args: readonly string[]) => execFileSync("git", args, { cwd, env: { ...process.env }, stdio: "ignore" })
  const path = join(repo.path, "..", "plain")
  git(repo.path, "worktree", "add", "-q", path, "-b", "plain")
  // As a person has a file written; what makes a worktree is one git that starts another.
  rmSync(join(path, "a.txt"))
  git(path, "checkout", "-q", "--", "a.txt")
  writeFileSync(join(path, "new.txt"), "new\n")
  git(path, "add", "-A")
  git(path, "commit", "-q", "-F", "../message")
}

const byOsier = async (repo: Repo) => {
  vi.stubEnv("GIT_DIR", join(repo.path, ".git"))
  vi.stubEnv("GIT_INDEX_FILE", join(repo.path, ".git/index"))
  const base = repo.git("rev-parse", "HEAD")
  const tree = await inWorld(repo.path, makeTree({ root: join(repo.path, "..", "repo.osier"), name: "x-1", branch: "x-1", base }))
  writeFileSync(join(tree.path, "new.txt"), "new\n")
  const hooks = join(repo.path, ".git/hooks")
  const work = {
    tree: tree.path,
    gitDir: tree.gitDir,
    branch: "x-1",
    base,
    message: "feat: x\n",
    identity: undefined,
    hooks,
    hooksMs: 10_000,
  }
  return await inWorld(repo.path, commitWork(work))
}

test("hooks, filters and the signing program see what they see under the user's own git", async () => {
  const { repo, take } = spied()
  writeFileSync(join(repo.path, "..", "message"), "feat: x\n")
  take()
  plainly(repo)
  const plain = take()
  expect(Object.keys(plain).toSorted()).toEqual([
    "clean",
    "commit-msg",
    "post-commit",
    "pre-commit",
    "reference-transaction",
    "sign",
    "smudge",
  ])
  await byOsier(repo)
  const ours = take()
  for (const [name, text] of Object.entries(plain)) expect([name, comparable(ours[name] ?? "")]).toEqual([name, comparable(text)])
  expect(existsSync(join(repo.path, ".git/index.lock"))).toBe(false)
})

/** A server that asks everybody who they are. */
const suspicious = async (): Promise<string> => {
  const server = createServer((_, response) => response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end())
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  return `http://127.0.0.1:${address === null || typeof address === "string" ? 0 : address.port}/x.git`
}

const atRemote = <A, E>(repo: Repo, use: (remote: Remote["Service"]) => Effect.Effect<A, E>) =>
  inWorld(repo.path, Effect.flatMap(Remote, use).pipe(Effect.provide(Remote.layer("origin", "refs/osier/"))))

test("the credential helper and the pre-push hook, too", async () => {
  const { repo, take, program } = spied()
  repo.git("config", "credential.helper", program("credential", "echo username=u; echo password=p"))
  writeFileSync(join(repo.path, ".git/hooks/pre-push"), `#!/bin/sh\nexec ${program("pre-push", "exit 0")}\n`, { mode: 0o755 })
  repo.git("remote", "add", "origin", makeBare().path)
  const git = (...args: readonly string[]) => promisify(execFile)("git", args, { cwd: repo.path }).catch(() => undefined)
  take()
  await git("push", "-q", "origin", "main")
  repo.git("remote", "set-url", "origin", await suspicious())
  await git("ls-remote", "origin")
  const plain = take()
  expect(Object.keys(plain).toSorted()).toContain("pre-push")
  expect(Object.keys(plain)).toContain("credential")
  vi.stubEnv("GIT_WORK_TREE", "/elsewhere")
  await atRemote(repo, (remote) => Effect.flip(remote.list(["refs/osier/"])))
  await atRemote(repo, (remote) => remote.vet([{ ref: "refs/heads/main", from: undefined, to: repo.git("rev-parse", "HEAD") }]))
  const ours = take()
  for (const name of ["credential", "pre-push"]) expect([name, comparable(ours[name] ?? "")]).toEqual([name, comparable(plain[name] ?? "")])
})

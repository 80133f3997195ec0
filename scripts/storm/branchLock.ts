import { execFile } from "node:child_process"
import { environment, git } from "./place.ts"

/** So often a peer of this kind tries again before it gives up. */
const tries = 5
const branch = "refs/heads/all-locks"

/**
 * The baseline: all locks of all tasks on one branch, as files. Each claim is a commit on top of what was fetched, pushed
 * under a lease; whoever was overtaken fetches again, so many times. Answers with whether the lock was won.
 */
export const branchLock = async (at: string, remote: string, name: string): Promise<boolean> => {
  const mine = `refs/storm/${process.pid}`
  for (let tried = 0; tried < tries; tried++) {
    const listed = await git(at, "ls-remote", remote, branch)
    const old = listed.split("\t")[0] ?? ""
    if (old !== "") await git(at, "fetch", "-q", "--no-write-fetch-head", "--no-tags", remote, `+${branch}:${mine}`)
    const from = old === "" ? "" : await git(at, "rev-parse", mine)
    const entries = from === "" ? "" : await git(at, "ls-tree", from)
    if (entries.split("\n").some((entry) => entry.endsWith(`\t${name}`))) return false
    const blob = await gitWith(at, `${process.pid}\n`, "hash-object", "-w", "--stdin")
    const tree = await gitWith(at, `${entries === "" ? "" : `${entries}\n`}100644 blob ${blob}\t${name}\n`, "mktree")
    const commit = await git(at, "commit-tree", "-m", `lock ${name}`, ...(from === "" ? [] : ["-p", from]), tree)
    const pushed = await git(at, "push", "-q", `--force-with-lease=${branch}:${from}`, remote, `${commit}:${branch}`).then(
      () => true,
      () => false,
    )
    if (pushed) return true
  }
  throw new Error(`overtaken ${tries} times`)
}

const gitWith = (at: string, input: string, ...args: readonly string[]): Promise<string> =>
  new Promise((done, failed) => {
    const child = execFile("git", [...args], { cwd: at, env: environment }, (error, out) =>
      error === null ? done(out.trim()) : failed(error),
    )
    child.stdin?.end(input)
  })

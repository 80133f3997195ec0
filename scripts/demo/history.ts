import { execFile } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { join } from "node:path"
import { environment, git } from "./shop.ts"

/** What the gate said at one commit. */
export interface Judged {
  readonly commit: string
  readonly green: boolean
  /** What it printed, when it was red. */
  readonly said: string
}

/** Runs the gate at one commit, in a clone of its own that is removed afterwards. */
const judgeAt = async (repository: string, folder: string, commit: string, gate: readonly string[]): Promise<Judged> => {
  const clone = await mkdtemp(join(folder, "clone-"))
  try {
    await git(folder, "clone", "--quiet", "--shared", "--no-checkout", repository, clone)
    await git(clone, "checkout", "--quiet", "--detach", commit)
    const [file = "", ...args] = gate
    return await new Promise((done) => {
      execFile(file, args, { cwd: clone, env: environment }, (error, stdout, stderr) =>
        done({ commit, green: error === null, said: error === null ? "" : `${stdout}${stderr}`.slice(-2000) }),
      )
    })
  } finally {
    await rm(clone, { recursive: true, force: true })
  }
}

/** Runs the gate at every first-parent commit of a branch, the oldest first, two at a time. */
export const judgeHistory = async (
  repository: string,
  folder: string,
  gate: readonly string[],
  branch = "main",
): Promise<readonly Judged[]> => {
  const commits = (await git(repository, "rev-list", "--first-parent", "--reverse", branch)).split("\n")
  const judged: Judged[] = []
  const next = commits.entries()
  const work = async () => {
    for (const [index, commit] of next) judged[index] = await judgeAt(repository, folder, commit, gate)
  }
  await Promise.all([work(), work()])
  return judged
}

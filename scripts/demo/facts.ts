import { execFile, spawn } from "node:child_process"
import { readdir, readFile, readlink } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import type { Event } from "../../core/client.ts"
import { environment, git, inHand, type Shop } from "./shop.ts"

const exec = promisify(execFile)
const main = join(import.meta.dirname, "..", "..", "core", "main.ts")

/** What can be seen in and around the repository when the run is over. */
export interface Facts {
  readonly exit: number
  readonly tasks: readonly { readonly id: number; readonly status: string; readonly landed?: string }[]
  readonly events: readonly Event[]
  /** First-parent commits of the target behind the first one, oldest first. */
  readonly landings: readonly string[]
  readonly trees: readonly string[]
  readonly branches: readonly string[]
  readonly status: string
  /** The user's unfinished files, as they are now. */
  readonly inHand: Readonly<Record<string, string>>
  /** What each kept ref holds, by its name. */
  readonly keeps: Readonly<Record<string, readonly string[]>>
  readonly processes: readonly string[]
  /** What git itself finds wrong with the repository. */
  readonly damage: string
}

/** Runs osier as a user would, on the reader's own terminal, and waits for its exit code. */
export const osier = (repository: string, ...args: readonly string[]): Promise<number> =>
  new Promise((done, fail) => {
    // A Ctrl-C reaches both; osier decides what it means, and this waits for it.
    const wait = () => undefined
    process.on("SIGINT", wait)
    const child = spawn(process.execPath, [main, "-C", repository, ...args], { stdio: "inherit", env: environment })
    child.on("error", fail)
    child.on("close", (code) => {
      process.off("SIGINT", wait)
      done(code ?? 130)
    })
  })

const asked = async (repository: string, ...args: readonly string[]): Promise<string> =>
  (await exec(process.execPath, [main, "-C", repository, ...args, "--json"], { env: environment, maxBuffer: 64 * 1024 * 1024 })).stdout

const lines = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "")

/** The processes that were started from the folder, or stand in it. */
const processesOf = async (folder: string): Promise<readonly string[]> => {
  const { stdout } = await exec("ps", ["-A", "-ww", "-o", "pid=,args="])
  const found: string[] = []
  for (const line of lines(stdout)) {
    const pid = line.trim().split(" ")[0] ?? ""
    if (pid === String(process.pid)) continue
    // Only Linux tells where a process stands.
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => "")
    if (line.includes(folder) || cwd.startsWith(folder)) found.push(line.trim())
  }
  return found
}

/** Looks at everything once; nothing of it is osier's own word where git or the system can be asked. */
export const gather = async ({ folder, repository }: Shop, exit: number): Promise<Facts> => {
  const { tasks }: { readonly tasks: Facts["tasks"] } = JSON.parse(await asked(repository, "ls", "--all"))
  const events = lines(await asked(repository, "events", "--since", "0")).map((line): Event => JSON.parse(line))
  const refs = lines(await git(repository, "for-each-ref", "--format=%(refname)", "refs/osier/keep/"))
  const keeps: Record<string, readonly string[]> = {}
  for (const ref of refs) keeps[ref] = lines(await git(repository, "ls-tree", "-r", "--name-only", ref))
  const held: Record<string, string> = {}
  for (const name of Object.keys(inHand)) held[name] = await readFile(join(repository, name), "utf8").catch(() => "")
  const trees = await readdir(`${repository}.osier`).catch(() => [])
  return {
    exit,
    tasks,
    events,
    landings: lines(await git(repository, "rev-list", "--first-parent", "--reverse", "main")).slice(1),
    // Names with a dot are judges of the gates: checkouts that are kept warm for the next run, of no task.
    trees: [
      ...lines(await git(repository, "worktree", "list", "--porcelain"))
        .filter((line) => line.startsWith("worktree "))
        .slice(1),
      ...trees.filter((name) => !name.startsWith(".")),
    ],
    branches: lines(await git(repository, "for-each-ref", "--format=%(refname:short)", "refs/heads/")),
    status: await git(repository, "status", "--porcelain"),
    inHand: held,
    keeps,
    processes: await processesOf(folder),
    damage: await git(repository, "fsck", "--strict", "--no-dangling", "--no-progress"),
  }
}

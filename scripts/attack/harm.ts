import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import type { House } from "./house.ts"
import { straysOf } from "./strays.ts"

/** What an attack may do at worst; each list says what, one sentence a harm. */
export interface Harm {
  readonly lost: readonly string[]
  readonly twice: readonly string[]
  readonly red: readonly string[]
  readonly left: readonly string[]
  readonly published: readonly string[]
}

const run = promisify(execFile)
const lines = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "")

/** Files below a folder, as far as there are any. */
const below = (folder: string): readonly string[] => {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted()
}

const namesIn = (folder: string): readonly string[] => (existsSync(folder) ? readdirSync(folder).toSorted() : [])

/** Tasks that the target holds twice, counted by the trailers of its landings. */
const twiceOn = async (house: House, branch: string): Promise<readonly string[]> => {
  const ids = lines(await house.git("log", "--format=%(trailers:key=Osier-Task,valueonly)", branch))
  return [...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))].map((id) => `task ${id} landed twice`)
}

/** Commits on the target's first-parent line which the gate of the first commit does not pass. */
const redOn = async (house: House, branch: string): Promise<readonly string[]> => {
  const commits = lines(await house.git("rev-list", "--first-parent", "--reverse", branch))
  const first = commits[0] ?? ""
  const red: string[] = []
  for (const commit of commits) {
    const at = mkdtempSync(join(house.folder, "tmp", "look-"))
    await house.git("archive", "--format=tar", "-o", join(at, "all.tar"), commit)
    await run("tar", ["-xf", "all.tar"], { cwd: at })
    await house.git("archive", "--format=tar", "-o", join(at, "gate.tar"), first, "gate.sh")
    await run("tar", ["-xf", "gate.tar"], { cwd: at })
    await run("sh", ["gate.sh"], { cwd: at }).catch(() => red.push(`${branch} is red at ${commit.slice(0, 10)}`))
    rmSync(at, { recursive: true, force: true })
  }
  return red
}

/** What of ours still stands after the last run: trees, branches, lock files, folders, half-written objects, processes. */
export const leftIn = async (house: House): Promise<readonly string[]> => {
  const left: string[] = []
  const gitDir = join(house.repo, ".git")
  const trees = (await house.git("worktree", "list", "--porcelain")).match(/^worktree /gm) ?? []
  if (trees.length !== 1) left.push(`${trees.length - 1} trees`)
  const branches = lines(await house.git("branch", "--list", "task/*", "--format=%(refname:short)"))
  if (branches.length > 0) left.push(`branches ${branches.join(", ")}`)
  const files = below(gitDir)
  left.push(...files.filter((file) => file.endsWith(".lock") && !file.startsWith("osier/")).map((file) => `lock file ${file}`))
  left.push(...files.filter((file) => /^objects\/.*tmp_/.test(file)).map((file) => `object ${file}`))
  const folders = ["attempts", "views", "trash", "intents", "overlay"]
  left.push(...folders.flatMap((name) => namesIn(join(gitDir, "osier", name)).map((file) => `.git/osier/${name}/${file}`)))
  left.push(...files.filter((file) => /^osier\/.*(\.new|\.own\.[^/]*)$/.test(file)).map((file) => `file ${file}`))
  const roots = existsSync(`${house.repo}.osier`) ? readdirSync(`${house.repo}.osier`) : []
  left.push(...roots.filter((name) => name !== ".judge" && name !== ".gitignore").map((name) => `tree ${name}`))
  for (const ref of lines(await house.git("for-each-ref", "--format=%(refname)", "refs/osier/locks"))) {
    const lock = await house.git("cat-file", "-p", ref)
    if (lock.includes(`"state":"held"`)) left.push(`lock ${ref}`)
  }
  left.push(
    ...readdirSync(join(house.folder, "tmp"))
      .filter((name) => !name.startsWith("node-compile-cache"))
      .map((name) => `temporary ${name}`),
  )
  left.push(...straysOf(house.folder).map(({ pid, command }) => `process ${pid} ${command}`))
  return left
}

export const saidBroken = async (house: House): Promise<readonly string[]> => {
  const said = await run("git", ["-c", "core.fsmonitor=false", "fsck", "--no-dangling"], { cwd: house.repo }).then(
    ({ stdout, stderr }) => stdout + stderr,
    (error: unknown) => String(error),
  )
  return lines(said)
    .filter((line) => /error|missing|broken|fatal/.test(line))
    .slice(0, 3)
}

/** Which of these words stand anywhere in the objects of the remote. */
export const publishedOf = async (house: House, secrets: readonly string[]): Promise<readonly string[]> => {
  if (house.bare === undefined || secrets.length === 0) return []
  const { stdout } = await run("git", ["cat-file", "--batch-all-objects", "--batch"], {
    cwd: house.bare,
    encoding: "buffer",
    maxBuffer: 1 << 30,
  })
  return secrets.filter((secret) => stdout.includes(secret))
}

export interface Expected {
  /** Titles of tasks that have to be on the target in the end. */
  readonly landed: readonly string[]
  readonly secrets?: readonly string[]
  readonly branch?: string
  /** What is still there by right, as a pattern over the sentences of `left`. */
  readonly mayStay?: RegExp
}

/** Looks at everything when the last run is over. */
export const harmIn = async (house: House, { landed, secrets = [], branch = "main", mayStay }: Expected): Promise<Harm> => {
  const tasks = await house.tasks()
  const notes = lines(await house.git("ls-tree", "-r", "--name-only", branch))
  const lost = landed.flatMap((title) => {
    const row = tasks.find((one) => one.title === title)
    const seen = notes.some((path) => path.includes(title))
    return row?.status === "merged" && seen ? [] : [`${title} is ${row?.status ?? "absent"}: ${row?.reason ?? ""}`]
  })
  return {
    lost: [...lost, ...(await saidBroken(house))],
    twice: await twiceOn(house, branch),
    red: await redOn(house, branch),
    left: (await leftIn(house)).filter((one) => mayStay?.test(one) !== true),
    published: await publishedOf(house, secrets),
  }
}

/** The bytes and modes of every file of the user's checkout, as one word. */
export const checkoutOf = async (house: House): Promise<string> => {
  const hash = createHash("sha256")
  for (const path of below(house.repo).filter((one) => one !== ".git" && !one.startsWith(".git/"))) {
    const stat = lstatSync(join(house.repo, path))
    hash.update(`${path}\0${stat.mode}\0`)
    if (stat.isSymbolicLink()) hash.update(readlinkSync(join(house.repo, path)))
    else if (stat.isFile()) hash.update(readFileSync(join(house.repo, path)))
  }
  return hash.update(await house.git("status", "--porcelain=v2")).digest("hex")
}

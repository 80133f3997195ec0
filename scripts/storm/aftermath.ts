import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { readLock } from "../../core/domain/lock/lock.ts"
import type { Lock } from "../../core/domain/lock/lock.ts"
import { environment, git } from "./place.ts"

const lines = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "")

/** Every lock on the remote, by its ref. */
export const locksIn = async (bare: string): Promise<ReadonlyMap<string, Lock>> => {
  const locks = new Map<string, Lock>()
  for (const line of lines(await git(bare, "for-each-ref", "--format=%(refname) %(objectname)", "refs/osier/locks"))) {
    const [ref = "", oid = ""] = line.split(" ")
    const lock = readLock(await git(bare, "cat-file", "blob", oid))
    if (lock === undefined) throw new Error(`${ref} is no lock`)
    locks.set(ref, lock)
  }
  return locks
}

/** What a run held in this moment, as the end of the ref's name: `task/7`, `target/main`. */
export const heldBy = async (bare: string, run: string): Promise<readonly string[]> =>
  [...(await locksIn(bare))]
    .filter(([, { state, owner }]) => state === "held" && "run" in owner && owner.run === run)
    .map(([ref]) => ref.replace("refs/osier/locks/", ""))

/** The numbers of all tasks whose record says that they landed. */
export const mergedIn = async (bare: string): Promise<ReadonlySet<string>> => {
  const records = lines(
    await git(bare, "for-each-ref", "--format=%(refname:lstrip=3) %(trailers:key=Status,valueonly)", "refs/osier/tasks"),
  )
  return new Set(records.flatMap((line) => (line.endsWith(" merged") ? [line.split(" ")[0] ?? ""] : [])))
}

/** Looks at the remote when all runs are over; answers with the promises that were not kept. */
export const aftermath = async (folder: string, bare: string, tasks: number, dead: readonly string[]): Promise<readonly string[]> => {
  const broken: string[] = []
  const all = Array.from({ length: tasks }, (_, at) => String(at + 1))

  const landed = lines(await git(bare, "log", "--first-parent", "--format=%(trailers:key=Osier-Task,valueonly)", "main"))
  for (const id of all) {
    const times = landed.filter((one) => one === id).length
    if (times !== 1) broken.push(`#${id} landed ${times} times`)
  }
  const commits = lines(await git(bare, "rev-list", "--first-parent", "--reverse", "main"))
  if (commits.length !== tasks + 1) broken.push(`${commits.length - 1} commits on the target for ${tasks} tasks`)

  const judge = join(folder, "judge")
  await git(folder, "clone", "-q", "--no-checkout", bare, judge)
  for (const commit of commits) {
    await git(judge, "checkout", "-q", "--detach", commit)
    const red = await promisify(execFile)("sh", ["check.sh"], { cwd: judge, env: environment }).then(
      () => undefined,
      (error: unknown) => String(error),
    )
    if (red !== undefined) broken.push(`the target was red at ${commit}: ${red}`)
  }

  const merged = await mergedIn(bare)
  for (const id of all) if (!merged.has(id)) broken.push(`the record of #${id} does not say merged`)

  for (const [ref, { state }] of await locksIn(bare)) {
    if (state === "held") broken.push(`${ref} is still held`)
    if (ref.startsWith("refs/osier/locks/task/")) broken.push(`${ref} was left although its task is over`)
  }
  const branches = lines(await git(bare, "for-each-ref", "--format=%(refname:short)", "refs/heads"))
  if (branches.join() !== "main") broken.push(`branches were left on the remote: ${branches.join(", ")}`)
  const said = await git(bare, "fsck", "--strict", "--no-dangling").catch(String)
  if (/error|missing|broken/.test(said)) broken.push(`fsck: ${said}`)

  const attempts = lines(readFileSync(join(folder, "attempts"), "utf8"))
  for (const id of all) {
    const times = attempts.filter((one) => one === id).length
    if (times < 1 || times > (dead.includes(`task/${id}`) ? 2 : 1)) broken.push(`the agent worked ${times} times on #${id}`)
  }
  return broken
}

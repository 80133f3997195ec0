import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { expect } from "vitest"
import { keep } from "../../core/steps/keep/keep.ts"
import { makeTree } from "../../core/steps/tree/makeTree.ts"
import { removeTree } from "../../core/steps/tree/removeTree.ts"
import { restore } from "../../core/steps/keep/restore.ts"
import { makeFolder, makeRepo } from "./repo.ts"
import { wholeFolder } from "./wholeFolder.ts"
import { inWorld } from "./world.ts"

/** A tree with nothing done in it yet, and the ways to write into it and keep what is there. */
export const setting = async (files: Readonly<Record<string, string>> = { "a.txt": "a\n", ".gitignore": "*.log\nbuild/\n" }) => {
  const repo = makeRepo(files)
  const base = repo.git("rev-parse", "HEAD")
  const tree = await inWorld(repo.path, makeTree({ root: join(dirname(repo.path), "repo.osier"), name: "x-1", branch: "task/x-1", base }))
  const within = (...args: readonly string[]) => repo.git("-C", tree.path, ...args)
  const write = (path: string, data: string | Buffer) => {
    mkdirSync(dirname(join(tree.path, path)), { recursive: true })
    writeFileSync(join(tree.path, path), data)
  }
  const input = { task: 1, attempt: 2, tree: tree.path, reason: "it failed", keepIgnored: [], copy: [], maxBytes: 1000 }
  const run = (more: Partial<Parameters<typeof keep>[0]> = {}) => inWorld(repo.path, keep({ ...input, ...more }))
  /** Keeps, removes the tree and all that only it named, restores, and compares every byte. */
  const roundTrip = async (more: Partial<Parameters<typeof keep>[0]> = {}) => {
    const skip = (path: string) => path === ".git"
    const before = wholeFolder(tree.path, skip)
    const kept = await run(more)
    if (kept === undefined) throw new Error("nothing was kept")
    expect(wholeFolder(tree.path, skip)).toEqual(before)
    await inWorld(repo.path, removeTree(tree, { proven: true, reason: kept.ref }))
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("gc", "-q", "--prune=now")
    expect(repo.git("fsck", "--strict", "--no-dangling")).toBe("")
    const into = join(makeFolder(), "back")
    await inWorld(repo.path, restore({ keep: kept.ref, into }))
    expect(wholeFolder(into)).toEqual(before)
    return kept
  }
  return { repo, tree, within, write, run, roundTrip }
}

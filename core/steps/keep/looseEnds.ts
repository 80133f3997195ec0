import * as Effect from "effect/Effect"
import { join } from "node:path"
import { Files } from "../../world/machine/files.ts"
import { Git } from "../../world/git/git.ts"
import { Objects } from "../../world/git/objects.ts"
import { Repository } from "../../world/git/repository.ts"
import { stashNames } from "../tree/ownStash.ts"
import { forkOf } from "../commit/forkOf.ts"
import { Refs } from "../../world/git/refs.ts"

/** Files of a tree's git directory that name commits, besides its HEAD. */
const naming = [
  "ORIG_HEAD",
  "MERGE_HEAD",
  "CHERRY_PICK_HEAD",
  "REVERT_HEAD",
  "REBASE_HEAD",
  "logs/HEAD",
  "rebase-merge/orig-head",
  "rebase-merge/onto",
  "rebase-apply/orig-head",
  "rebase-merge/done",
  "rebase-merge/git-rebase-todo",
  ...stashNames,
]

export const openMarks: readonly (readonly [string, string])[] = [
  ["MERGE_HEAD", "merge"],
  ["rebase-merge", "rebase"],
  ["rebase-apply", "rebase"],
  ["CHERRY_PICK_HEAD", "cherry-pick"],
  ["REVERT_HEAD", "revert"],
  ["BISECT_LOG", "bisect"],
]

/**
 * The commits of a tree: where its HEAD is, and those that only its own files still name (amended away, rebased, made on a
 * detached HEAD), outermost ones only. `nameless` are the ones that no ref of the repository reaches.
 */
export const looseEnds = Effect.fn("looseEnds")(function* (gitDir: string | undefined, tips: readonly string[]) {
  const files = yield* Files
  const objects = yield* Objects
  const git = yield* Git
  const { commonDir } = yield* Repository
  const headText = gitDir === undefined ? undefined : (yield* files.text(join(gitDir, "HEAD")))?.trim()
  const headRef = headText?.startsWith("ref: ") === true ? headText.slice(5) : undefined
  const head = headText === undefined ? undefined : yield* commitOf(headRef ?? headText)
  const texts = gitDir === undefined ? [] : yield* Effect.forEach(naming, (name) => files.text(join(gitDir, name)))
  const named = new Set(texts.flatMap((text) => text?.match(/\b(?:[0-9a-f]{64}|[0-9a-f]{40})\b/g) ?? []))
  const ends = new Set([...(head === undefined ? [] : [head]), ...tips])
  const others: string[] = []
  for (const oid of named) {
    if (ends.has(oid) || (yield* objects.look(oid))?.type !== "commit") continue
    if (!(yield* isBehind(oid, head))) others.push(oid)
  }

  const revisions = Effect.fnUntraced(function* (from: readonly string[], not: readonly string[]) {
    if (from.length === 0) return []
    const input = [...from, ...not.map((oid) => (oid.startsWith("--") ? oid : `^${oid}`)), ""].join("\n")
    const args = ["--git-dir", commonDir, "rev-list", "--parents", "--ignore-missing", "--stdin"]
    return (yield* git.text(args, { cwd: commonDir, input })).split("\n").filter((row) => row !== "")
  })
  const rows = yield* revisions(others, [...ends])
  const inner = new Set(rows.flatMap((row) => row.split(" ").slice(1)))
  const outer = rows.map((row) => row.split(" ")[0] ?? "").filter((oid) => !inner.has(oid))
  const beyond = yield* unnamed([...ends, ...outer])
  const open = gitDir === undefined ? undefined : yield* openIn(gitDir)
  return { head, headText: headRef ?? headText, others: outer, nameless: beyond, open }
})

/** Whether a commit is plainly one of those before the other; a no says nothing. */
const isBehind = Effect.fnUntraced(function* (commit: string, head: string | undefined) {
  if (head === undefined) return false
  const fork = yield* forkOf(commit, head).pipe(Effect.orElseSucceed(() => undefined))
  return fork?.base === commit
})

const commitOf = Effect.fnUntraced(function* (name: string) {
  const objects = yield* Objects
  const found = yield* objects.look(name)
  return found?.type === "commit" ? found.oid : undefined
})

const unnamed = Effect.fnUntraced(function* (commits: readonly string[]) {
  const refs = yield* Refs
  const git = yield* Git
  const { commonDir } = yield* Repository
  const standing = new Set((yield* refs.list("refs/")).values())
  if (commits.every((oid) => standing.has(oid))) return []
  const args = ["--git-dir", commonDir, "rev-list", "--max-count=100", ...commits, "--not", "--glob=refs/*"]
  return (yield* git.text(args, { cwd: commonDir })).split("\n").filter((oid) => oid !== "")
})

const openIn = Effect.fnUntraced(function* (gitDir: string) {
  const files = yield* Files
  for (const [file, name] of openMarks) if ((yield* files.stat(join(gitDir, file))) !== undefined) return name
  return undefined
})

import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { nanoid } from "nanoid"
import { basename, join } from "node:path"
import { Files } from "../../world/machine/files.ts"
import { Git, type GitFailed } from "../../world/git/git.ts"
import { Mutex } from "../../world/machine/mutex.ts"
import { Repository } from "../../world/git/repository.ts"
import { BranchInUse } from "./claimBranch.ts"
import { treeEntries } from "../commit/treeEntries.ts"

/** git could not make the worktree, and trying again did not help. Nothing of it is left. */
export class TreeFailed extends Data.TaggedError("TreeFailed")<{ readonly path: string; readonly reason: string }> {
  override get message() {
    return `cannot make a tree at ${this.path}: ${this.reason}`
  }
  get hint() {
    return /no space left/i.test(this.reason)
      ? "The disk is full: make room, then run the same command again."
      : "Run `osier doctor` to see what is wrong with the repository."
  }
  readonly exit = 3
}

class Unlucky extends Data.TaggedError("Unlucky")<{ readonly reason: string }> {}

/** The one lock under which osier's processes change `.git/worktrees`. */
export const worktreesLock = Effect.map(Repository, ({ own }) => join(own, "worktrees.lock"))

/**
 * Registers a linked worktree at an existing empty folder, on a branch, locked with a reason, without its files. Other
 * programs make worktrees too, and git's own calls trip over each other's half-made entries: such a failure is undone,
 * exactly what this call made and nothing else, and tried again.
 */
export const addWorktree = Effect.fn("addWorktree")(function* (input: {
  readonly path: string
  readonly branch: string
  readonly lock: string | undefined
}) {
  const mutex = yield* Mutex
  return yield* mutex.withLock(yield* worktreesLock, once(input)).pipe(
    Effect.retry({ while: (error) => error._tag === "Unlucky", schedule: again }),
    Effect.catchTag("Unlucky", (error) => Effect.fail(new TreeFailed({ path: input.path, reason: error.reason }))),
  )
})

const again = Schedule.exponential("5 millis").pipe(Schedule.jittered, Schedule.upTo({ times: 6 }))

const once = Effect.fnUntraced(function* (input: { readonly path: string; readonly branch: string; readonly lock: string | undefined }) {
  const git = yield* Git
  const { commonDir } = yield* Repository
  const files = yield* Files
  const before = new Set(yield* files.list(join(commonDir, "worktrees")))
  const lock = input.lock === undefined ? [] : ["--lock", "--reason", input.lock]
  const args = ["--git-dir", commonDir, "worktree", "add", "--quiet", "--no-checkout", ...lock, "--", input.path, input.branch]
  yield* git.run(args, { cwd: commonDir }).pipe(
    Effect.onExit((exit) => (exit._tag === "Success" ? Effect.void : Effect.ignore(undo(input.path, before)))),
    Effect.catchTag("GitFailed", (error) => explain(input, error)),
  )
  const entry = (yield* treeEntries()).find((each) => each.path === input.path)
  if (entry === undefined) return yield* new Unlucky({ reason: "git made no entry for it" })
  yield* Effect.onError(ownShape(entry.gitDir, input.path), () => Effect.ignore(undo(input.path, before)))
  return entry.gitDir
})

/**
 * With `extensions.worktreeConfig` a linked worktree obeys `core.bare` and `core.worktree` of the shared configuration. git writes
 * its own over them for a user who has them in a worktree's configuration; so are they written here wherever they would hold.
 */
const ownShape = Effect.fnUntraced(function* (gitDir: string, path: string) {
  const git = yield* Git
  const { commonDir } = yield* Repository
  const shared = join(commonDir, "config")
  const files = yield* Files
  // Neither said there nor in a file that it includes.
  if (!/worktreeconfig|include/i.test((yield* files.text(shared)) ?? "")) return
  const last = (key: string, ...type: readonly string[]) =>
    git
      .run(["--git-dir", commonDir, "config", "--file", shared, "--includes", ...type, "--get", key], { cwd: commonDir, codes: [0, 1] })
      .pipe(Effect.map(({ stdout }) => stdout.toString().trim()))
  if ((yield* last("extensions.worktreeConfig", "--type=bool")) !== "true") return
  const bare = (yield* last("core.bare", "--type=bool")) === "true"
  const elsewhere = (yield* last("core.worktree")) !== ""
  const own = join(gitDir, "config.worktree")
  const set = (key: string, value: string) => git.run(["--git-dir", commonDir, "config", "--file", own, key, value], { cwd: commonDir })
  if (bare) yield* set("core.bare", "false")
  if (elsewhere) yield* set("core.worktree", path)
})

const explain = (
  input: { readonly path: string; readonly branch: string },
  error: GitFailed,
): Effect.Effect<never, BranchInUse | TreeFailed | Unlucky> => {
  const holder = /is already (?:checked out|used by worktree) at '(.+)'/.exec(error.stderr)?.[1]
  if (holder !== undefined) return Effect.fail(new BranchInUse({ branch: input.branch, path: holder }))
  if (/no space left/i.test(error.stderr)) return Effect.fail(new TreeFailed({ path: input.path, reason: error.stderr.trim() }))
  return Effect.fail(new Unlucky({ reason: error.stderr.trim() || "git ended without a word" }))
}

/** Takes back what a failed call made: its entry, told by the path in it or by its name when it got no further; the folder stays, empty. */
const undo = Effect.fnUntraced(function* (path: string, before: ReadonlySet<string>) {
  const files = yield* Files
  const { commonDir, own } = yield* Repository
  const folder = join(commonDir, "worktrees")
  for (const name of yield* files.list(folder)) {
    if (before.has(name)) continue
    const pointer = (yield* files.text(join(folder, name, "gitdir")))?.trim()
    const nameless = pointer === undefined && name.replace(/\d+$/, "") === basename(path).replace(/\d+$/, "")
    if (pointer !== join(path, ".git") && !nameless) continue
    const aside = join(own, "trash", `${name}-${nanoid(8)}`)
    yield* files.makeFolder(join(own, "trash"))
    yield* files.rename(join(folder, name), aside)
    yield* files.remove(aside)
  }
  yield* files.remove(join(path, ".git"))
  // git removes the folder it was given when it fails.
  yield* files.makeFolder(path)
})

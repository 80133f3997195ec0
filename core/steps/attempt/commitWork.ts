import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { join, resolve } from "node:path"
import { identityVariables } from "../../domain/settings/environment.ts"
import type { Identity } from "../../domain/settings/environment.ts"
import { gitWords } from "../../domain/git/gitWords.ts"
import { withoutOsierTrailers } from "../../domain/task/trailers.ts"
import { Files } from "../../world/machine/files.ts"
import { Git, GitFailed } from "../../world/git/git.ts"
import { Repository } from "../../world/git/repository.ts"
import { trustFiles } from "../../world/machine/trustFiles.ts"
import { readCopied, withoutCopied } from "../tree/copyFiles.ts"
import { freeLocks } from "../lock/freeLocks.ts"
import { hooksPinned } from "../given/hooksPinned.ts"
import { changedOver } from "../checkout/inTheWay.ts"
import { lostPointers } from "./lostPointers.ts"
import { openOperation } from "./openOperation.ts"
import { phantomsAmong } from "../checkout/phantomsAmong.ts"
import { signsCommits } from "../commit/signsCommits.ts"
import { trySigning } from "../commit/writeSigned.ts"
import { isAncestor } from "../commit/isAncestor.ts"
import { pathsBetween } from "../commit/changesBetween.ts"
import { treeHead } from "../commit/treeHead.ts"

/** What the agent left in its tree can't be taken as the task's work; the message says why, for the next attempt. */
export class WorkRefused extends Data.TaggedError("WorkRefused")<{ readonly reason: string; readonly retry: boolean }> {
  override get message() {
    return this.reason
  }
}

export interface Work {
  readonly tip: string
  readonly by: "agent" | "osier"
  readonly files: readonly string[]
}

/**
 * Turns what an agent left into commits on the task's branch: its own commits are taken as they are when the base is an
 * ancestor, the rest is committed for it. "Done" is commits ahead of the base and a clean tree, whatever the model said.
 */
export const commitWork = Effect.fn("commitWork")(function* (input: Leavings) {
  yield* freeTree(input)
  const killed = (error: unknown) => error instanceof GitFailed && error.killed
  // A git that was killed left its lock behind, and did nothing or all of its work: it is asked once more.
  return yield* commitOnce(input).pipe(
    Effect.tapError((error) => (killed(error) ? freeTree(input) : Effect.void)),
    Effect.retry({ times: 2, while: killed }),
    Effect.catchTag("GitFailed", refusedBy),
    Effect.catchTag("ObjectFailed", ({ message }) =>
      Effect.fail(new WorkRefused({ reason: `what is in the tree can't be read: ${message}`, retry: true })),
    ),
  )
})

/** A tree as an agent left it, and how what is in it is to be committed. */
interface Leavings {
  readonly tree: string
  /** Where the tree's own git files are. */
  readonly gitDir: string
  readonly branch: string
  readonly base: string
  readonly message: string
  /** Who commits, where git's configuration does not say it. */
  readonly identity: Identity | undefined
  /** Hooks as the user has them: a commit made for the agent is checked like any other. */
  readonly hooks: string
  /** How long they may take. */
  readonly hooksMs: number
  /** The mark of the attempt's processes. */
  readonly mark?: string
}

/** Removes the lock files that a git of the attempt left. */
const freeTree = Effect.fnUntraced(function* ({ tree, gitDir, branch, mark }: Leavings) {
  const { held } = yield* freeLocks({ tree, gitDir, branch, ...(mark === undefined ? {} : { mark }) })
  if (held.length === 0) return
  const reason = `${held.join(", ")}: a lock file of a git process stands there, and processes of the attempt are still alive`
  return yield* new WorkRefused({ reason, retry: false })
})

/** git can't take what the agent left: the next attempt is told what git said, unless it could do no better. */
const refusedBy = Effect.fnUntraced(function* (error: GitFailed) {
  const said = error.stderr.trim().slice(-4000)
  const retry = !notRunnable.test(said) && !noRoom.test(said)
  const doing = error.args.find((word) => !word.startsWith("-")) ?? ""
  const why = gitWords(error.stderr) || (error.code === null ? "it was killed" : `exit ${error.code}`)
  return yield* new WorkRefused({ reason: `git can't take what is in the tree (git ${doing}): ${why}`, retry })
})

const commitOnce = Effect.fnUntraced(function* (input: Leavings) {
  const git = yield* Git
  const at = { cwd: input.tree }
  yield* standsAsGiven(input)
  const copied = Object.keys((yield* readCopied(input.gitDir)) ?? {})
  const rows = yield* git.fields(statusRows, { ...at, programs: true })
  const { made, putBack, settle } = yield* unmadeIn(input, rows)
  const dirty = (yield* withoutCopied(input.gitDir, rows)).filter(made)
  const unborn = yield* unbornIn(input.tree, dirty)
  if (unborn.length > 0) {
    const names = unborn.join(", ")
    const reason = `${names} is a repository of its own without a commit, of which git can record nothing: remove ${unborn[0] ?? ""}/.git so that its files are taken, or ignore it`
    return yield* new WorkRefused({ reason, retry: true })
  }
  if (dirty.length > 0) {
    yield* git.run(["add", "-A", "--sparse", "--", "."], { ...at, programs: true })
    const aside = copied.filter((path) => rows.includes(`?? ${path}`))
    yield* git.run(["update-index", "--force-remove", "-z", "--stdin"], { ...at, input: aside.map((path) => `${path}\0`).join("") })
    yield* putBack
    yield* commitStaged(input, made)
  }
  yield* settle
  const { oid: tip = input.base } = yield* treeHead(input.gitDir)
  const files = yield* acceptable(input, tip, copied)
  return { tip, by: dirty.length > 0 ? "osier" : "agent", files } satisfies Work
})

const statusRows: readonly string[] = ["status", "--porcelain", "-z", "--untracked-files=all", "--no-renames"]

/** The tree is still one of this repository, on its own branch, and nothing was left unfinished in it. */
const standsAsGiven = Effect.fnUntraced(function* (input: Leavings) {
  if (!(yield* isTreeOf(input.gitDir, input.tree))) {
    return yield* new WorkRefused({ reason: `${input.tree} is no tree of this repository any more: its .git was changed`, retry: false })
  }
  const { branch = "a detached HEAD" } = yield* treeHead(input.gitDir)
  if (branch !== `refs/heads/${input.branch}`) {
    return yield* new WorkRefused({ reason: `the tree is on ${branch} instead of ${input.branch}`, retry: true })
  }
  const open = yield* openOperation(input.gitDir)
  if (open !== undefined) return yield* new WorkRefused({ reason: `a ${open} was left unfinished in the tree`, retry: true })
})

/** Whether the tree's own `.git` still leads to its git directory: an agent may have made a repository of its own there. */
const isTreeOf = Effect.fnUntraced(function* (gitDir: string, tree: string) {
  const files = yield* Files
  const stat = yield* files.stat(join(tree, ".git"))
  const said = stat?.isFile() === true ? /^gitdir: (.+?)\n?$/.exec((yield* files.text(join(tree, ".git"))) ?? "")?.[1] : undefined
  if (said !== undefined && resolve(tree, said) === gitDir) return true
  const git = yield* Git
  const own = yield* git.run(["rev-parse", "--absolute-git-dir"], { cwd: tree, no: /not a git repository|invalid gitfile format/ })
  return own.stdout.toString().trim() === gitDir
})

/** Commits what is staged, with the user's hooks and signature. `made` tells the rows of a status that are work. */
const commitStaged = Effect.fnUntraced(function* (input: Leavings, made: (row: string) => boolean) {
  const git = yield* Git
  // This may start the user's filters, hooks and signing program.
  const starting = { cwd: input.tree, programs: true }
  const done = yield* git
    .run(["commit", "-q", "--cleanup=whitespace", "-F", "-"], {
      ...starting,
      input: withoutOsierTrailers(input.message),
      env: input.identity === undefined ? {} : identityVariables(input.identity),
      config: yield* hooksPinned(input.tree, input.hooks),
      codes: [0, 1],
      timeoutMs: input.hooksMs,
    })
    .pipe(
      Effect.mapError((error) =>
        error._tag === "GitFailed" && error.timedOut === true
          ? new WorkRefused({ reason: `a commit hook did not end within ${Math.round(input.hooksMs / 1000)} s`, retry: false })
          : error,
      ),
      Effect.tapErrorTag("GitFailed", (error) => (error.killed ? Effect.void : unsignable(input))),
    )
  if (done.code === 0) return
  const left = (yield* withoutCopied(input.gitDir, yield* git.fields(statusRows, starting))).filter(made)
  if (left.length > 0) return yield* refusedByHook(`${done.stdout.toString()}\n${done.stderr}`.trim().slice(-4000))
})

/** The files that the work changes; it fails where the work is not what may land. */
const acceptable = Effect.fnUntraced(function* (input: Leavings, tip: string, copied: readonly string[]) {
  if (!(yield* isAncestor(input.base, tip))) {
    return yield* new WorkRefused({
      reason: `the branch was rewritten: its base ${input.base.slice(0, 12)} is no longer in it`,
      retry: true,
    })
  }
  const files = yield* pathsBetween(input.base, tip)
  const foreign = files.filter((file) => file === ".osier" || file.startsWith(".osier/") || copied.includes(file))
  if (foreign.length > 0) {
    return yield* new WorkRefused({ reason: `files that must not be committed are in the commits: ${foreign.join(", ")}`, retry: true })
  }
  const pointers = yield* lostPointers({ ...input, tip })
  if (pointers.length > 0) return yield* new WorkRefused({ reason: pointers.join("; "), retry: true })
  return files
})

/** A commit that failed for want of the key is no fault of the work. What git says of it is in the user's language, so it is tried. */
const unsignable = Effect.fnUntraced(function* ({ tree, identity }: Leavings) {
  if (!(yield* signsCommits(tree))) return
  yield* trySigning("HEAD^{tree}", identity, tree).pipe(
    Effect.catchTag("SigningFailed", ({ message, hint }) => new WorkRefused({ reason: `${message} ${hint}`, retry: false })),
  )
})

/** A commit hook said no; where it could not even run, no other attempt can do better. */
const refusedByHook = (said: string) => {
  const unable = notRunnable.test(said)
  const why = unable ? "can't run in the tree; make trees ready for it with tree.setup in osier.yaml" : "refused the work"
  return new WorkRefused({ reason: `a commit hook ${why}:\n${said}`, retry: !unable })
}

/** The differences that no program made: which rows are none of them, how the index forgets them, and how git trusts these files again. */
const unmadeIn = Effect.fnUntraced(function* (input: Leavings, rows: readonly string[]) {
  const git = yield* Git
  const { objectFormat } = yield* Repository
  const index = join(input.gitDir, "index")
  const checkout = { path: input.tree, gitDir: input.gitDir }
  const changed = rows.some((row) => row.startsWith(" M ")) ? [...(yield* changedOver(checkout, index)).values()] : []
  const unmade = yield* phantomsAmong(checkout, changed)
  const entries = [...unmade].map(([path, { before }]) => `${before}\t${path}\0`).join("")
  const states = new Map([...unmade].map(([path, { state }]) => [path, state]))
  const none = unmade.size === 0
  return {
    made: (row: string) => !row.startsWith(" M ") || !unmade.has(row.slice(3)),
    putBack: none ? Effect.void : git.run(["update-index", "-z", "--index-info"], { cwd: input.tree, input: entries }),
    // Else the next look at the tree, such as its keeper's, would find them again.
    settle: none ? Effect.void : trustFiles(index, states, objectFormat),
  }
})

const noRoom = /no space left on device|disk quota exceeded|read-only file system/i

/** Repositories in the tree that have no commit yet, as `git init` and programs that set up a project leave them. */
const unbornIn = Effect.fnUntraced(function* (tree: string, rows: readonly string[]) {
  const git = yield* Git
  // Of another repository git lists nothing but its folder.
  const folders = rows.filter((row) => row.startsWith("?? ") && row.endsWith("/")).map((row) => row.slice(3, -1))
  return yield* Effect.filter(folders, (path) => {
    const asked = git.run(["-C", path, "rev-parse", "--quiet", "--verify", "HEAD^{commit}"], {
      cwd: tree,
      codes: [0, 1],
      no: /not a git repository/,
    })
    return Effect.map(asked, ({ code }) => code !== 0)
  })
})

/** What git and shells say when there is no such program: no other attempt can do better. */
const notRunnable =
  /^(?:fatal|error): cannot (?:run|exec|spawn) |: (?:command )?not found$|^\S*env: .*: No such file or directory$|Cannot find module/m

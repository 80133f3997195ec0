import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { join } from "node:path"
import { Files } from "../../world/machine/files.ts"
import { Git, GitFailed } from "../../world/git/git.ts"
import { Objects } from "../../world/git/objects.ts"
import { mergeView } from "../commit/mergeView.ts"
import type { MergeView } from "../commit/mergeView.ts"

/** The merge is clean; this is its tree. */
export interface Merged {
  readonly type: "merged"
  readonly tree: string
}

/** One file that git could not merge, with git's own words for why (`CONFLICT (contents)`, `CONFLICT (modify/delete)`, …). */
export interface FileConflict {
  readonly path: string
  readonly kinds: readonly string[]
  /** 1 is the base, 2 ours, 3 theirs. */
  readonly stages: readonly { readonly stage: 1 | 2 | 3; readonly mode: string; readonly oid: string }[]
}

/** The merge is not clean. `tree` is the merge with its conflict markers, ready to be shown to whoever mends it. */
export interface Conflict {
  readonly type: "conflict"
  readonly tree: string
  readonly files: readonly string[]
  readonly conflicts: readonly FileConflict[]
  readonly messages: readonly string[]
}

/** The two sides have no history in common that is known for certain; a guessed base could silently undo work. */
export class NoMergeBase extends Data.TaggedError("NoMergeBase")<{
  readonly ours: string
  readonly theirs: string
  readonly reason: "unrelated" | "shallow"
}> {
  override get message() {
    const pair = `${this.theirs.slice(0, 10)} and ${this.ours.slice(0, 10)}`
    return this.reason === "unrelated"
      ? `${pair} have no history in common`
      : `the history of ${pair} is cut off before their common ancestor`
  }
  get hint() {
    return this.reason === "shallow"
      ? "Get the whole history with `git fetch --unshallow`."
      : "Start the branch from the target, then try again."
  }
  readonly exit = 3
}

/** What to merge: commits, or trees as well when `base` is given. */
export interface Sides {
  readonly ours: string
  readonly theirs: string
  /** The merge base, exactly this one; without it git finds it as `git merge` does. */
  readonly base?: string
  /** How conflict markers call the sides; names that a branch could have. */
  readonly names?: { readonly ours: string; readonly theirs: string }
}

/** Merges two commits in memory: no checkout, no index and no ref of the repository is read or written. */
export const mergeTrees = Effect.fn("mergeTrees")(function* (sides: Sides) {
  const view = yield* mergeView(sides.ours)
  return yield* mergeIn(view, sides)
}, Effect.scoped)

/** The same in a view that is already there, for several merges under the attributes of one commit. */
export const mergeIn = Effect.fn("mergeIn")(function* (view: MergeView, sides: Sides) {
  const git = yield* Git
  const files = yield* Files
  const names = sides.names ?? { ours: "target", theirs: "task" }
  const pair = yield* sides.base === undefined ? related(view, sides) : withBase(sides.ours, sides.theirs, sides.base)
  // Branches of the view alone, so that markers and messages carry words instead of commit ids.
  yield* files.write(join(view.gitDir, "refs/heads", names.ours), `${pair.ours}\n`)
  yield* files.write(join(view.gitDir, "refs/heads", names.theirs), `${pair.theirs}\n`)
  const ended = yield* git
    .run(["merge-tree", "--write-tree", "-z", "--messages", names.ours, names.theirs], { ...view.options, codes: [0, 1], config: durable })
    .pipe(Effect.catchTag("GitFailed", (error) => Effect.fail(explain(error, sides))))
  const output = ended.stdout.toString()
  // Exit code 1 is a conflict, but also a commit that does not exist; only a tree makes it an answer.
  if (!/^[0-9a-f]{40,64}\0/.test(output)) return yield* new GitFailed({ args: ["merge-tree"], code: ended.code, stderr: ended.stderr })
  return parse(output, ended.code === 0)
})

/** A ref may point at the result a moment later; after a power cut it must not point at nothing. */
const durable = { "core.fsync": "committed,loose-object" }

const explain = (error: GitFailed, { ours, theirs }: Sides) =>
  error.stderr.includes("unrelated histories") ? new NoMergeBase({ ours, theirs, reason: "unrelated" }) : error

/** In a cut-off history the base is only certain if no commit above it is a cut. */
const related = Effect.fnUntraced(function* (view: MergeView, sides: Sides) {
  const git = yield* Git
  const files = yield* Files
  const shallow = yield* files.text(view.options.env["GIT_SHALLOW_FILE"] ?? "")
  if (shallow === undefined || shallow.trim() === "") return sides
  const cuts = new Set(shallow.split("\n"))
  const unsure = new NoMergeBase({ ours: sides.ours, theirs: sides.theirs, reason: "shallow" })
  const found = yield* git.run(["merge-base", "--all", sides.ours, sides.theirs], { ...view.options, codes: [0, 1] })
  const bases = found.stdout.toString().split("\n").filter(Boolean)
  if (bases.length === 0) return yield* unsure
  const above = yield* git.text(["rev-list", sides.ours, sides.theirs, "--not", ...bases], view.options)
  if (above.split("\n").some((commit) => cuts.has(commit))) return yield* unsure
  return sides
})

const nobody = "osier <osier@localhost> 0 +0000"

/** git before 2.40 takes no base: three commits that exist for this merge alone say it in history's own words. */
const withBase = Effect.fnUntraced(function* (ours: string, theirs: string, base: string) {
  const objects = yield* Objects
  const commit = Effect.fnUntraced(function* (name: string, parents: readonly string[]) {
    const tree = (yield* objects.look(`${name}^{tree}`))?.oid ?? name
    return yield* objects.writeCommit({ tree, parents, message: "merge side", author: nobody, committer: nobody })
  })
  const root = yield* commit(base, [])
  return { ours: yield* commit(ours, [root]), theirs: yield* commit(theirs, [root]) }
})

/** `tree`, then one field per stage, an empty field, then messages: count, paths, type, text. */
const parse = (text: string, clean: boolean): Merged | Conflict => {
  const fields = text.split("\0")
  const tree = fields[0] ?? ""
  if (clean) return { type: "merged", tree }
  const byPath = new Map<string, { kinds: string[]; stages: FileConflict["stages"][number][] }>()
  const of = (path: string) => {
    const known = byPath.get(path) ?? { kinds: [], stages: [] }
    byPath.set(path, known)
    return known
  }
  let at = 1
  for (; fields[at] !== undefined && fields[at] !== ""; at++) {
    const field = fields[at] ?? ""
    const tab = field.indexOf("\t")
    const [mode = "", oid = "", stageText = ""] = field.slice(0, tab).split(" ")
    const stage = ([1, 2, 3] as const).find((one) => String(one) === stageText)
    if (stage !== undefined) of(field.slice(tab + 1)).stages.push({ stage, mode, oid })
  }
  at++
  const messages: string[] = []
  while (at < fields.length - 1) {
    const count = Number(fields[at])
    const paths = fields.slice(at + 1, at + 1 + count)
    const kind = fields[at + 1 + count] ?? ""
    const message = (fields[at + 2 + count] ?? "").trimEnd()
    at += 3 + count
    if (!kind.startsWith("CONFLICT")) continue
    messages.push(message)
    // One message may name several paths, of which the first is the one it is about.
    const known = paths.filter((path) => byPath.has(path))
    for (const path of known.length > 0 ? known : paths.slice(0, 1)) of(path).kinds.push(kind)
  }
  const conflicts = [...byPath].map(([path, found]) => ({ path, kinds: [...new Set(found.kinds)], stages: found.stages }))
  return { type: "conflict", tree, files: conflicts.map((one) => one.path), conflicts, messages }
}

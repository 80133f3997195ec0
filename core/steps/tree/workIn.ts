import * as Effect from "effect/Effect"
import type { Place } from "../../domain/lock/claim.ts"
import { inScope } from "../../domain/task/scope.ts"
import { plainDiff } from "../../domain/text/plainDiff.ts"
import { count } from "../../domain/text/plainText.ts"
import { Git } from "../../world/git/git.ts"
import { madeRows } from "../checkout/madeRows.ts"
import { withoutCopied } from "./copyFiles.ts"
import { gitDirOf } from "../commit/treeEntries.ts"

/** What somebody did in a place: the commits ahead of its base, and what is not committed. */
export interface WorkFound {
  /** The branch that is checked out there now; undefined when HEAD is detached. */
  readonly branch: string | undefined
  readonly head: string
  readonly commits: number
  /** The files that these commits change. */
  readonly files: readonly string[]
  readonly dirty: readonly string[]
}

/** Looks at the work in a place; in the user's checkout, where others may work beside, only at what lies in the scope. */
export const workIn = Effect.fn("workIn")(function* (place: Place, scope: readonly string[]) {
  const git = yield* Git
  const at = { cwd: place.path }
  const symbolic = yield* git.run(["symbolic-ref", "--quiet", "--short", "HEAD"], { ...at, codes: [0, 1] })
  const branch = symbolic.stdout.toString().trim()
  const head = yield* git.text(["rev-parse", "HEAD"], at)
  const mine = place.tree || scope.length === 0 ? () => true : inScope(scope)
  const changed = yield* git.fields(["status", "--porcelain", "-z", "--untracked-files=all", "--no-renames"], {
    ...at,
    programs: true,
    env: { GIT_OPTIONAL_LOCKS: "0" },
  })
  const gitDir = place.tree ? yield* gitDirOf(place.path) : yield* git.text(["rev-parse", "--absolute-git-dir"], at)
  const made = yield* madeRows({ path: place.path, gitDir }, changed)
  const rows = place.tree ? yield* withoutCopied(gitDir, made) : made
  const files = yield* git.fields(["diff", ...plainDiff, "--name-only", "--no-renames", "-z", `${place.base}...${head}`], at)
  const ahead = yield* git.text(["rev-list", "--count", `${place.base}..${head}`], at)
  return {
    branch: branch === "" ? undefined : branch,
    head,
    commits: files.some(mine) ? Number(ahead) : 0,
    files: files.filter(mine),
    dirty: rows.map((row) => row.slice(3)).filter(mine),
  } satisfies WorkFound
})

/** The work in few words; undefined when there is none. */
export const workText = ({ commits, dirty }: WorkFound): string | undefined => {
  const parts = [...(commits > 0 ? [count(commits, "commit")] : []), ...(dirty.length > 0 ? [count(dirty.length, "changed file")] : [])]
  return parts.length === 0 ? undefined : parts.join(" and ")
}

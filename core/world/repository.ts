import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { basename, dirname, join, resolve } from "node:path"
import { treeLock } from "../domain/tree.ts"
import { Files } from "./files.ts"
import { Git } from "./git.ts"

/** Not inside a git repository, or git itself is missing or too old. */
export class NoRepository extends Data.TaggedError("NoRepository")<{ readonly at: string; readonly reason: string }> {
  override get message() {
    return `${this.at} can't be used: ${this.reason}`
  }
  get hint() {
    return "Go to a git repository, or name one with `-C <folder>`; `git init` makes one."
  }
  readonly exit = 3
}

/** The repository that everything of one osier process is about. Every path is absolute. */
export class Repository extends Context.Service<
  Repository,
  {
    /** The user's checkout: the folder that osier never writes in; the git directory itself when bare. */
    readonly root: string
    /** The tree of a task that osier was started in; `root` is the user's checkout all the same. */
    readonly tree?: string
    readonly gitDir: string
    readonly commonDir: string
    readonly bare: boolean
    readonly objectFormat: "sha1" | "sha256"
    /** All zeros: "absent" in a compare-and-swap. */
    readonly zero: string
    /** osier's own files: journal, verdicts, logs; safe to delete. */
    readonly own: string
    /** What names this repository among others on this machine. */
    readonly name: string
  }
>()("core/world/Repository") {
  static readonly layer = (at: string) => Layer.effect(Repository, discover(resolve(at)))
}

const discover = Effect.fnUntraced(function* (at: string) {
  const git = yield* Git
  const asked = yield* git
    .text(["rev-parse", "--path-format=absolute", "--git-dir", "--git-common-dir", "--is-bare-repository", "--show-object-format"], {
      cwd: at,
    })
    .pipe(
      Effect.mapError((error) => new NoRepository({ at, reason: error._tag === "CannotStart" ? error.message : "not a git repository" })),
    )
  const [gitDir = "", commonDir = "", bareText = "", format = "sha1"] = asked.split("\n")
  const bare = bareText === "true"
  const top = bare
    ? gitDir
    : yield* git
        .text(["rev-parse", "--path-format=absolute", "--show-toplevel"], { cwd: at })
        .pipe(Effect.mapError(() => new NoRepository({ at, reason: "it is inside a .git folder" })))
  const objectFormat = format === "sha256" ? ("sha256" as const) : ("sha1" as const)
  const inTree = gitDir !== commonDir && (yield* lockOf(gitDir)).startsWith(treeLock)
  // Whoever works in a tree means the project that it belongs to: its settings, its target, the folder of its trees.
  const main = basename(commonDir) === ".git" ? dirname(commonDir) : commonDir
  return {
    root: inTree ? main : top,
    ...(inTree ? { tree: top } : {}),
    gitDir,
    commonDir,
    bare: inTree ? main === commonDir : bare,
    objectFormat,
    zero: "0".repeat(objectFormat === "sha256" ? 64 : 40),
    own: join(commonDir, "osier"),
    name: basename(basename(commonDir) === ".git" ? dirname(commonDir) : commonDir).replace(/\.git$/, ""),
  }
})

/** Why git would not remove the worktree; what osier wrote there tells its trees from others. */
const lockOf = Effect.fnUntraced(function* (gitDir: string) {
  const files = yield* Files
  return (yield* files.text(join(gitDir, "locked")).pipe(Effect.orElseSucceed(() => undefined))) ?? ""
})

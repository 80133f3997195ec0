import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { basename, dirname, join, resolve } from "node:path"
import { quoteWord } from "../../domain/text/quoteWord.ts"
import { treeLock } from "../../domain/task/tree.ts"
import { Files } from "../machine/files.ts"
import { Git } from "./git.ts"
import { mainCheckout, rememberCheckout, workedIn } from "./mainCheckout.ts"
import { NoRepository, noRepository } from "./noRepository.ts"

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
    .pipe(Effect.catchTag(["GitFailed", "CannotStart"], (error) => Effect.flip(noRepository(at, error))))
  const [gitDir = "", commonDir = "", bareText = "", format = "sha1"] = asked.split("\n")
  const bare = bareText === "true"
  const top = bare ? gitDir : yield* topOf(at, commonDir)
  const objectFormat = format === "sha256" ? ("sha256" as const) : ("sha1" as const)
  const inTree = gitDir !== commonDir && (yield* lockOf(gitDir)).startsWith(treeLock)
  // Whoever works in a tree means the project that it belongs to: its settings, its target, the folder of its trees.
  const place = inTree ? yield* projectOf(at, commonDir) : { root: top, bare }
  if (!inTree && !bare) yield* rememberCheckout(commonDir, gitDir === commonDir ? "main" : "worktree", top)
  return {
    ...place,
    ...(inTree ? { tree: top } : {}),
    gitDir,
    commonDir,
    objectFormat,
    zero: "0".repeat(objectFormat === "sha256" ? 64 : 40),
    own: join(commonDir, "osier"),
    name: basename(basename(commonDir) === ".git" ? dirname(commonDir) : commonDir).replace(/\.git$/, ""),
  }
})

/** The top of the checkout that a folder is in. */
const topOf = Effect.fnUntraced(function* (at: string, commonDir: string) {
  const git = yield* Git
  return yield* git.text(["rev-parse", "--path-format=absolute", "--show-toplevel"], { cwd: at }).pipe(
    Effect.catchTag("GitFailed", (error) =>
      Effect.gen(function* () {
        if (!error.stderr.includes("must be run in a work tree")) return yield* yield* noRepository(at, error)
        const main = yield* mainCheckout(commonDir)
        const hint =
          main.type === "at" ? `Its checkout: \`-C ${quoteWord(main.path)}\`.` : "Go to its checkout, or name that with `-C <folder>`."
        return yield* new NoRepository({ at, reason: "it is inside a git directory, which is no checkout", hint })
      }),
    ),
  )
})

/** The checkout that the project of a tree is worked on in; of a bare repository the worktree that osier was last started in. */
const projectOf = Effect.fnUntraced(function* (at: string, commonDir: string) {
  const main = yield* mainCheckout(commonDir)
  if (main.type === "at") return { root: main.path, bare: false }
  if (main.type === "unknown") {
    const reason = `it is a tree of ${commonDir}, and where the checkout of that is can't be told`
    return yield* new NoRepository({
      at,
      reason,
      hint: "Start osier once in that checkout, for example `osier ls`: then it is remembered.",
    })
  }
  const worktree = yield* workedIn(commonDir)
  return worktree === undefined ? { root: commonDir, bare: true } : { root: worktree, bare: false }
})

/** Why git would not remove the worktree; what osier wrote there tells its trees from others. */
const lockOf = Effect.fnUntraced(function* (gitDir: string) {
  const files = yield* Files
  return (yield* files.text(join(gitDir, "locked"))) ?? ""
})

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as fs from "node:fs/promises"
import { basename, dirname, join, resolve } from "node:path"
import { Files } from "../machine/files.ts"
import { Git } from "./git.ts"

/** The checkout that belongs to the repository's own git directory: none when it is bare, or somewhere that nobody can tell. */
export type MainCheckout = { readonly type: "at"; readonly path: string } | { readonly type: "bare" } | { readonly type: "unknown" }

/** What osier remembers of where it was started, where the git directory itself does not tell. */
const Places = Schema.fromJsonString(
  Schema.Struct({
    /** The main checkout of a git directory that lies elsewhere. */
    main: Schema.optionalKey(Schema.String),
    /** The worktree of a bare repository that somebody works in. */
    worktree: Schema.optionalKey(Schema.String),
  }),
)

const memory = (commonDir: string): string => join(commonDir, "osier", "checkout.json")

const remembered = Effect.fnUntraced(function* (commonDir: string) {
  const files = yield* Files
  const text = (yield* files.text(memory(commonDir))) ?? "{}"
  return yield* Schema.decodeUnknownEffect(Places)(text).pipe(Effect.orElseSucceed((): typeof Places.Type => ({})))
})

/** Remembers where osier was started, when the git directory would not lead there from one of its trees. */
export const rememberCheckout = Effect.fn("rememberCheckout")(function* (commonDir: string, kind: keyof typeof Places.Type, path: string) {
  const files = yield* Files
  if (kind === "main" && basename(commonDir) === ".git" && dirname(commonDir) === path) return
  const known = yield* remembered(commonDir)
  if (known[kind] === path) return
  yield* files.write(memory(commonDir), `${JSON.stringify({ ...known, [kind]: path })}\n`)
})

/** Whether a folder's `.git` is, or leads to, this git directory (or, for a worktree, an entry of it). */
const leadsTo = (path: string, commonDir: string, linked = false) =>
  Effect.promise(async () => {
    const own = join(path, ".git")
    const direct = await fs.realpath(own).catch(() => undefined)
    if (direct === undefined) return false
    if (direct === commonDir) return !linked
    const pointer = /^gitdir: (.+)$/m.exec(await fs.readFile(own, "utf8").catch(() => ""))?.[1]
    const there = pointer === undefined ? undefined : await fs.realpath(resolve(path, pointer)).catch(() => undefined)
    return there !== undefined && (linked ? dirname(there) === join(commonDir, "worktrees") : there === commonDir)
  })

/** Finds the main checkout as git's configuration, osier's memory and the name of the git directory tell it, each looked at. */
export const mainCheckout = Effect.fn("mainCheckout")(function* (commonDir: string) {
  const [git, files] = [yield* Git, yield* Files]
  const ask = (kind: string, key: string) =>
    Effect.map(
      git.run(["--git-dir", commonDir, "config", `--type=${kind}`, "--get", key], { cwd: commonDir, codes: [0, 1] }),
      ({ stdout }) => stdout.toString().replace(/\n$/, ""),
    )
  const at = (path: string) => ({ type: "at", path }) satisfies MainCheckout
  if ((yield* ask("bool", "core.bare")) === "true") return { type: "bare" } satisfies MainCheckout
  const named = yield* ask("path", "core.worktree")
  if (named !== "") {
    const place = resolve(commonDir, named)
    return (yield* files.stat(place)) === undefined ? ({ type: "unknown" } satisfies MainCheckout) : at(place)
  }
  const { main } = yield* remembered(commonDir)
  if (main !== undefined && (yield* leadsTo(main, commonDir))) return at(main)
  if (basename(commonDir) === ".git") return at(dirname(commonDir))
  // Where nothing was ever checked out nobody can be surprised.
  const index = yield* files.stat(join(commonDir, "index"))
  return index === undefined ? ({ type: "bare" } satisfies MainCheckout) : ({ type: "unknown" } satisfies MainCheckout)
})

/** The worktree of a bare repository that osier was last started in, if it still is one. */
export const workedIn = Effect.fn("workedIn")(function* (commonDir: string) {
  const { worktree } = yield* remembered(commonDir)
  return worktree !== undefined && (yield* leadsTo(worktree, commonDir, true)) ? worktree : undefined
})

import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { join } from "node:path"
import { Files } from "../../world/machine/files.ts"
import { Git } from "../../world/git/git.ts"
import { Refs } from "../../world/git/refs.ts"
import { Repository } from "../../world/git/repository.ts"

/** What of a repository no attempt may touch, as it is at one moment. */
export interface Fingerprint {
  readonly refs: ReadonlyMap<string, string>
  /** HEAD, the index, and each path that is not as committed, of the user's checkout. */
  readonly checkout: ReadonlyMap<string, string>
}

/** One thing that is not as it was. */
export interface OutsideChange {
  readonly kind: "ref" | "checkout"
  /** A ref, a path in the checkout, `HEAD`, `index`. */
  readonly what: string
  readonly from?: string
  readonly to?: string
}

/** Looks at the user's checkout, and all shared refs but osier's own. */
export const fingerprint = Effect.fn("fingerprint")(function* () {
  const refs = yield* Refs
  const all = yield* refs.list("refs/")
  return {
    refs: new Map([...all].filter(([ref]) => !ref.startsWith("refs/osier/"))),
    checkout: yield* checkoutPrint(),
  } satisfies Fingerprint
})

/** What changed between two looks; the branches of live tasks are named in `except`, with their full ref. */
export const compare = (
  before: Fingerprint,
  after: Fingerprint,
  options: { readonly except?: readonly string[] } = {},
): readonly OutsideChange[] => {
  const except = new Set(options.except)
  return (["ref", "checkout"] as const).flatMap((kind) => {
    const [then, now] = kind === "ref" ? [before.refs, after.refs] : [before[kind], after[kind]]
    const names = [...new Set([...then.keys(), ...now.keys()])].filter((name) => then.get(name) !== now.get(name))
    return names
      .filter((name) => kind !== "ref" || !except.has(name))
      .map((what): OutsideChange => {
        const [from, to] = [then.get(what), now.get(what)]
        return { kind, what, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
      })
  })
}

const checkoutPrint = Effect.fnUntraced(function* () {
  const git = yield* Git
  const files = yield* Files
  const { root, gitDir, bare } = yield* Repository
  const print = new Map<string, string>()
  const head = yield* files.text(join(gitDir, "HEAD"))
  if (head !== undefined) print.set("HEAD", head.trim())
  if (bare) return print
  const index = yield* filePrint(join(gitDir, "index"))
  if (index !== undefined) print.set("index", index)
  const rows = yield* git.fields(["status", "--porcelain=v2", "-z", "--untracked-files=all", "--no-renames"], {
    cwd: root,
    programs: true,
    env: { GIT_OPTIONAL_LOCKS: "0" },
  })
  const changed = rows.map((row) => ({ row, path: pathOf(row) }))
  const states = yield* Effect.forEach(changed, ({ path }) => files.stat(join(root, path)), { concurrency: 16 })
  for (const [n, { row, path }] of changed.entries()) {
    const state = states[n]
    // The row is the same however often a changed file changes again; its size and times are not.
    print.set(path, `${row.slice(0, row.length - path.length)}${state?.size ?? "-"} ${state?.mtimeMs ?? "-"} ${state?.ctimeMs ?? "-"}`)
  }
  return print
})

/** The path stands behind as many fields as the kind of row has. */
const pathOf = (row: string): string => {
  const before = row.startsWith("1 ") ? 8 : row.startsWith("u ") ? 10 : 1
  return row.split(" ").slice(before).join(" ")
}

/** Contents and permissions; a folder or anything else that is no file has none. */
const filePrint = Effect.fnUntraced(function* (path: string) {
  const files = yield* Files
  const stat = yield* files.stat(path)
  if (stat === undefined || stat.isDirectory()) return undefined
  const data = yield* files.read(path).pipe(Effect.catch(() => Effect.succeed(undefined)))
  return `${(stat.mode & 0o7777).toString(8)} ${createHash("sha256")
    .update(data ?? "")
    .digest("hex")}`
})

import * as Effect from "effect/Effect"
import { join } from "node:path"
import { Files } from "../../world/machine/files.ts"
import { Git } from "../../world/git/git.ts"
import { Repository } from "../../world/git/repository.ts"

/**
 * Writes the files of a checkout's submodules, and of theirs. A commit that the user's own clone of a submodule has comes from
 * there, without a network; any other comes from the submodule's address. `git submodule update --init` would write each
 * address into the configuration that all checkouts share: given on the command line, it counts as known and nothing is written.
 */
export const fillSubmodules = Effect.fn("fillSubmodules")(function* (path: string) {
  const { root, commonDir } = yield* Repository
  const git = yield* Git
  const at = { cwd: path, codes: [0, 1] }
  const origin = (yield* git.run(["config", "--get", "remote.origin.url"], at)).stdout.toString().trim()
  yield* fillLevel(path, join(commonDir, "modules"), origin || root)
})

/** A submodule of a checkout: its folder, the commit that belongs there, and what its section is called. */
interface Submodule {
  readonly path: string
  readonly commit: string
  readonly name: string
}

const fillLevel: (path: string, own: string, origin: string) => Effect.Effect<void, Trouble, Git | Files> = Effect.fnUntraced(
  function* (path, own, origin) {
    const files = yield* Files
    const git = yield* Git
    if ((yield* files.stat(join(path, ".gitmodules"))) === undefined) return
    for (const one of yield* submodulesOf(path)) {
      const source = join(own, one.name)
      const here = yield* holds(source, one.commit)
      const address = here ? source : yield* addressOf(path, one.name, origin)
      const active = { [`submodule.${one.name}.active`]: "true" }
      // The address may be known from the user's configuration; a file's address is only allowed for the user's own clone.
      const config = {
        ...active,
        ...(address === undefined ? {} : { [`submodule.${one.name}.url`]: address }),
        ...(here ? { "protocol.file.allow": "always" } : {}),
      }
      yield* git.run(["submodule", "--quiet", "update", "--init", "--", one.path], { cwd: path, config, programs: true })
      yield* fillLevel(join(path, one.path), join(source, "modules"), address ?? origin)
    }
  },
)

type Trouble = Effect.Error<ReturnType<Git["Service"]["run"]>> | Effect.Error<ReturnType<Files["Service"]["stat"]>>

const submodulesOf = Effect.fnUntraced(function* (path: string) {
  const git = yield* Git
  const named = yield* git.fields(["config", "-z", "--file", ".gitmodules", "--get-regexp", "^submodule\\..*\\.path$"], {
    cwd: path,
    codes: [0, 1],
  })
  const names = new Map(
    named.map((row): readonly [string, string] => {
      const cut = row.indexOf("\n")
      return [row.slice(cut + 1), row.slice("submodule.".length, cut - ".path".length)]
    }),
  )
  const staged = yield* git.fields(["ls-files", "-z", "--stage"], { cwd: path })
  return staged.flatMap((row): readonly Submodule[] => {
    const [, commit = "", at = ""] = /^160000 ([0-9a-f]+) 0\t([^]*)$/.exec(row) ?? []
    const name = names.get(at)
    return name === undefined ? [] : [{ path: at, commit, name }]
  })
})

/** Whether the clone of a submodule that the user has holds a commit. */
const holds = Effect.fnUntraced(function* (gitDir: string, commit: string) {
  const files = yield* Files
  const git = yield* Git
  if ((yield* files.stat(join(gitDir, "HEAD"))) === undefined) return false
  const asked = yield* git.run(["--git-dir", gitDir, "cat-file", "-e", commit], { cwd: gitDir, codes: [0, 1] })
  return asked.code === 0
})

/** Where a submodule comes from; undefined where the user's configuration says it already. */
const addressOf = Effect.fnUntraced(function* (path: string, name: string, origin: string) {
  const git = yield* Git
  const key = `submodule.${name}.url`
  const at = { cwd: path, codes: [0, 1] }
  if ((yield* git.run(["config", "--get", key], at)).code === 0) return undefined
  const told = yield* git.fields(["config", "-z", "--file", ".gitmodules", "--get", key], at)
  return told[0] === undefined ? undefined : resolveUrl(told[0], origin)
})

/** A relative address is meant relative to the repository's own. */
const resolveUrl = (url: string, origin: string): string => {
  if (!url.startsWith("./") && !url.startsWith("../")) return url
  let base = origin.replace(/\/+$/, "")
  let rest = url
  for (;;) {
    if (rest.startsWith("./")) rest = rest.slice(2)
    else if (rest.startsWith("../")) {
      rest = rest.slice(3)
      base = base.includes("/") ? base.slice(0, base.lastIndexOf("/")) : base.slice(0, base.lastIndexOf(":"))
    } else return `${base}/${rest}`
  }
}

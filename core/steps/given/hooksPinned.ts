import * as Effect from "effect/Effect"
import { join, resolve } from "node:path"
import { Files } from "../../world/machine/files.ts"
import { Git } from "../../world/git/git.ts"

/**
 * The setting that makes a commit in a tree run the hooks of the user's checkout. There is none where git runs the same ones by
 * itself: hooks see every setting that their git was given. A folder of hooks that is part of the tree may have been changed
 * by whoever worked there.
 */
export const hooksPinned = Effect.fn("hooksPinned")(function* (tree: string, hooks: string) {
  const git = yield* Git
  const asked = yield* git.run(["rev-parse", "--git-path", "hooks"], { cwd: tree, programs: true })
  const own = resolve(tree, asked.stdout.toString().replace(/\n$/, ""))
  const none: Readonly<Record<string, string>> = {}
  return own === hooks || (yield* contents(own)) === (yield* contents(hooks)) ? none : { "core.hooksPath": hooks }
})

/** Names, permissions and bytes of the files in a folder. */
const contents = Effect.fnUntraced(function* (folder: string) {
  const files = yield* Files
  const rows: string[] = []
  for (const name of (yield* files.list(folder)).toSorted()) {
    const path = join(folder, name)
    const stat = yield* files.stat(path)
    if (stat === undefined || stat.isDirectory()) continue
    rows.push(`${name} ${stat.mode & 0o111} ${((yield* files.read(path)) ?? Buffer.of()).toString("base64")}`)
  }
  return rows.join("\n")
})

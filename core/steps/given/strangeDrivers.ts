import * as Effect from "effect/Effect"
import { join } from "node:path"
import type { Tree } from "../../domain/task/tree.ts"
import { Files } from "../../world/machine/files.ts"
import { Git } from "../../world/git/git.ts"
import { Objects } from "../../world/git/objects.ts"
import { valuesIn } from "./configuration.ts"
import type { Configuration } from "./configuration.ts"

/**
 * What in a tree would make git start a filter in another way than its base does: attributes that give files to a filter of
 * the user's, and changed files that such a filter runs. git LFS, whose attributes people do change, is taken as it is.
 */
export const strangeDrivers = Effect.fn("strangeDrivers")(function* (tree: Tree, configuration: Configuration) {
  const git = yield* Git
  const files = yield* Files
  const objects = yield* Objects
  const commands = yield* filtersIn(configuration)
  if (commands.size === 0) return []
  const found: string[] = []
  const before = Effect.fnUntraced(function* (path: string) {
    return (yield* objects.read(`${tree.base}:${path}`))?.data ?? Buffer.of()
  })
  const listed = yield* git.fields(["ls-files", "-z", "--cached", "--others", "--", ":(glob)**/.gitattributes"], { cwd: tree.path })
  for (const path of new Set(listed)) {
    const old = new Set(linesOf(yield* before(path)))
    const now = linesOf((yield* files.read(join(tree.path, path)).pipe(Effect.orElseSucceed(() => undefined))) ?? Buffer.of())
    for (const line of now) {
      const name = /(?:^|\s)filter=(\S+)/.exec(line)?.[1]
      if (name !== undefined && !old.has(line) && commands.has(name)) found.push(`${path} gives files to the filter ${name}`)
    }
  }
  for (const [name, words] of commands) {
    for (const word of words) {
      const path = word.replace(/^(?:\.\/)+/, "")
      if (path === "" || path.startsWith("/") || path.split("/").includes("..")) continue
      const now = yield* files.read(join(tree.path, path)).pipe(Effect.orElseSucceed(() => undefined))
      if (now !== undefined && !now.equals(yield* before(path))) found.push(`${path} is run by the filter ${name}, and changed`)
    }
  }
  return found
})

const linesOf = (data: Buffer): readonly string[] =>
  data
    .toString()
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))

/** Every configured filter but git LFS, with the words of its commands. */
const filtersIn = Effect.fnUntraced(function* (configuration: Configuration) {
  const found = new Map<string, string[]>()
  for (const { kind, bytes } of configuration.values()) {
    if (kind !== "config" || !bytes.toString("latin1").toLowerCase().includes("filter")) continue
    for (const [key, values] of (yield* valuesIn(bytes)) ?? new Map<string, readonly string[]>()) {
      const name = /^filter\.(.*)\.(?:clean|smudge|process)$/.exec(key)?.[1]
      if (name === undefined || values.every((value) => value.startsWith("git-lfs "))) continue
      found.set(name, [...(found.get(name) ?? []), ...values.flatMap(wordsOf)])
    }
  }
  return found
})

const wordsOf = (command: string): readonly string[] => command.split(/[\s'"]+/)

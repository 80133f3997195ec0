import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { join } from "node:path"
import { inScope } from "../domain/scope.ts"
import { Files } from "../world/files.ts"
import { Git } from "../world/git.ts"

/** Larger files are told apart by size and time alone; they are data, and reading them at every verdict would cost more than it proves. */
const readUpTo = 1024 * 1024

/** The part of a glob before its first wildcard. */
const prefix = (glob: string): string => {
  const parts = glob.replace(/^(?:\.\/)+/, "").split("/")
  const first = parts.findIndex((part) => /[*?[\]{}()!+@\\]/.test(part))
  return (first < 0 ? parts : parts.slice(0, first)).join("/")
}

/** One value for everything that would be copied into a tree from the user's checkout: with another `.env`, another verdict. */
export const copiedHash = Effect.fn("copiedHash")(function* (from: string, copy: readonly string[]) {
  const files = yield* Files
  const git = yield* Git
  const list = join(from, ".worktreeinclude")
  const within = copy.map(prefix).map((path) => (path === "" ? path : `:(literal)${path}`))
  const others = ["ls-files", "-z", "--others"]
  const named = copy.length === 0 ? [] : yield* git.fields([...others, "--", ...(within.includes("") ? [] : within)], { cwd: from })
  const included =
    (yield* files.stat(list)) === undefined ? [] : yield* git.fields([...others, "--ignored", `--exclude-from=${list}`], { cwd: from })
  const paths = [...new Set([...named.filter(inScope(copy)), ...included])].toSorted()
  if (paths.length === 0) return ""
  const hash = createHash("sha256")
  for (const path of paths) {
    const stat = yield* files.stat(join(from, path))
    const data = stat?.isFile() === true && stat.size <= readUpTo ? yield* files.read(join(from, path)) : undefined
    hash.update(`${path}\0${stat?.mode ?? ""}\0${stat?.size ?? ""}\0${data === undefined ? stat?.mtimeMs : ""}\0`).update(data ?? "")
  }
  return hash.digest("hex")
})

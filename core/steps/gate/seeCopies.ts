import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { join } from "node:path"
import { contentsOf } from "../../world/machine/contents.ts"
import { Files } from "../../world/machine/files.ts"
import { Repository } from "../../world/git/repository.ts"
import { Seen } from "../../world/machine/seen.ts"
import type { Copies } from "../../world/machine/seen.ts"
import { pathsToCopy, staysInside } from "../tree/copyFiles.ts"

/** Larger files are compared before they are copied; the others are held as they were. */
const heldUpTo = 1024 * 1024

/** Files that judged trees get from the user's checkout are not what they were when this process saw them first. */
export class CopiesChanged extends Data.TaggedError("CopiesChanged")<{ readonly paths: readonly string[] }> {
  override get message() {
    const some = `${this.paths.slice(0, 5).join(", ")}${this.paths.length > 5 ? ", …" : ""}`
    return `what is copied into every tree changed in your checkout since the run began: ${some}`
  }
  get hint() {
    return "Look at it; the next `osier run` takes it as it is then."
  }
  readonly exit = 5
}

/**
 * Everything that judged trees get from the user's checkout, as it was when this process looked first, before any agent of
 * its own ran: who writes an `.env` there must not decide how work is judged.
 */
export const seeCopies = Effect.fn("seeCopies")(function* (from: string, copy: readonly string[]) {
  const files = yield* Files
  const { copies } = yield* Seen
  const name = JSON.stringify([from, copy])
  const known = copies.get(name)
  if (known !== undefined) return known
  const paths = (yield* pathsToCopy(from, copy)).toSorted()
  const contents = yield* contentsOf(from, paths)
  const bytes = new Map<string, { readonly data: Buffer; readonly mode: number }>()
  for (const path of paths) {
    const stat = yield* files.stat(join(from, path))
    const data = stat?.isFile() === true && stat.size <= heldUpTo ? yield* files.read(join(from, path)) : undefined
    if (stat !== undefined && data !== undefined) bytes.set(path, { data, mode: stat.mode & 0o777 })
  }
  const seen: Copies = { contents, bytes }
  copies.set(name, seen)
  return seen
})

/** One value for all of it: with another `.env`, another verdict. */
export const copiesHash = ({ contents }: Copies): string => {
  if (contents.size === 0) return ""
  const rows = [...contents].map(([path, { kind, hash }]) => `${path}\0${kind}\0${hash}\0`)
  return createHash("sha256").update(rows.join("\n")).digest("hex")
}

/** Puts it into a tree; what the tree has already stays as it is. Answers with the paths that it put there. */
export const layCopies = Effect.fn("layCopies")(function* (tree: string, { contents, bytes }: Copies) {
  const files = yield* Files
  const { root } = yield* Repository
  const done: string[] = []
  for (const path of contents.keys()) {
    const target = join(tree, path)
    if ((yield* files.stat(target)) !== undefined || !(yield* staysInside(tree, target))) continue
    const held = bytes.get(path)
    if (held === undefined) {
      yield* files.copy(join(root, path), target)
      const now = (yield* contentsOf(tree, [path])).get(path)
      if (now?.hash !== contents.get(path)?.hash) return yield* new CopiesChanged({ paths: [path] })
    } else yield* files.write(target, held.data, held.mode)
    done.push(path)
  }
  return done
})

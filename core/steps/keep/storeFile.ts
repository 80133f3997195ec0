import * as Effect from "effect/Effect"
import { isJudged, keptName } from "../../domain/git/keptName.ts"
import { Git } from "../../world/git/git.ts"
import { Objects, type TreeEntry } from "../../world/git/objects.ts"
import { Repository } from "../../world/git/repository.ts"
import { blobId, bytesOf, type Found } from "../../world/machine/walk.ts"
import type { Leaf } from "../commit/writeTrees.ts"

/** Larger files are not read into memory; git streams them. */
const large = 64 * 1024 * 1024

/** Writes the bytes of one file or link into the object database, unfiltered, and says where it goes in a keep's tree. */
export const storeFile = Effect.fn("storeFile")(function* (found: Found) {
  const git = yield* Git
  const objects = yield* Objects
  const { objectFormat, commonDir } = yield* Repository
  const mode: TreeEntry["mode"] = found.kind === "link" ? "120000" : (found.stat.mode & 0o100) === 0 ? "100644" : "100755"
  const leaf = (oid: string, known: boolean): Leaf => ({
    names: found.names.map((name, index) => {
      // As a file that git has already, such a name is fine; as a link or a folder it never is.
      const fine = known && found.kind === "file" && index === found.names.length - 1
      return keptName(name, !fine && isJudged(name.toString()))
    }),
    mode,
    oid,
  })
  if (found.kind === "file" && found.stat.size > large && typeof found.at === "string") {
    const args = ["--git-dir", commonDir, "hash-object", "-w", "--no-filters", "--", found.at]
    return leaf(yield* git.text(args, { cwd: commonDir, config: { "core.fsync": "committed" } }), false)
  }
  const data = yield* bytesOf(found)
  const oid = blobId(objectFormat, data)
  const known = (yield* objects.look(oid)) !== undefined
  if (!known) yield* objects.writeBlob(data)
  return leaf(oid, known)
})

import * as Effect from "effect/Effect"
import { Git } from "../../world/git/git.ts"
import { Objects } from "../../world/git/objects.ts"
import { Repository } from "../../world/git/repository.ts"
import { treeOf } from "../commit/treeOf.ts"
import { objectsFrom } from "./overlayInputs.ts"

/** What is to be judged: a tree, and the commit that holds it, unless a tree was named. Its objects may be in other folders. */
export const judgedAt = Effect.fn("judgedAt")(function* (name: string, objectFolders: readonly string[] = []) {
  if (objectFolders.length === 0) {
    const objects = yield* Objects
    return { tree: yield* treeOf(name), commit: (yield* objects.look(`${name}^{commit}`))?.oid }
  }
  const git = yield* Git
  const { commonDir } = yield* Repository
  const args = ["--git-dir", commonDir, "rev-parse", "--verify", "--quiet"]
  const at = { cwd: commonDir, env: objectsFrom(objectFolders) }
  const tree = yield* git.text([...args, `${name}^{tree}`], at)
  const known = yield* git.run([...args, `${name}^{commit}`], { ...at, codes: [0, 1] })
  return { tree, commit: known.code === 0 ? known.stdout.toString().trim() : undefined }
})

import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { dirname } from "node:path"
import { Files } from "../../world/machine/files.ts"

/** The folder of all trees can't be made or written, as beside a repository whose parent folder is somebody else's. */
export class TreeRootBlocked extends Data.TaggedError("TreeRootBlocked")<{ readonly root: string; readonly by: string }> {
  override get message() {
    return `trees can't stand in ${this.root}: you can't write into ${this.by}`
  }
  get hint() {
    return `Name another folder with \`tree.root\` in osier.yaml, such as one below your home; or make ${this.by} writable for you.`
  }
  readonly exit = 3
}

/** Why trees can't stand in a folder, which is there or is to be made; undefined when they can. */
export const treeRootBlocked = Effect.fn("treeRootBlocked")(function* (root: string) {
  const files = yield* Files
  let by = root
  let stat = yield* Effect.orElseSucceed(files.stat(by), () => undefined)
  while (stat === undefined && dirname(by) !== by) {
    by = dirname(by)
    stat = yield* Effect.orElseSucceed(files.stat(by), () => undefined)
  }
  // The folder may be a link to one.
  const real = yield* Effect.orElseSucceed(files.realPath(by), () => by)
  stat = yield* Effect.orElseSucceed(files.stat(real), () => undefined)
  return stat?.isDirectory() === true && (yield* files.writable(by)) ? undefined : new TreeRootBlocked({ root, by })
})

import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { readLock } from "../../domain/lock/lock.ts"
import { Objects } from "../../world/git/objects.ts"

/** The blob of a lock is not one. Nobody can tell whose it is, so nobody takes it. */
export class LockBroken extends Data.TaggedError("LockBroken")<{ readonly ref: string }> {
  override get message() {
    return `${this.ref} does not hold a lock record`
  }
  get hint() {
    // Only doctor knows whether it has to go from a remote, where it would come back from.
    return `Look at it with \`git cat-file -p ${this.ref}\`; \`osier doctor\` tells how to free it when nothing runs.`
  }
  readonly exit = 3
}

/** The lock as it stands, and its blob's id; undefined when it was never taken. */
export const inspectLock = Effect.fnUntraced(function* (ref: string) {
  const objects = yield* Objects
  const found = yield* objects.read(ref)
  if (found === undefined) return undefined
  const lock = readLock(found.data.toString())
  return lock === undefined ? yield* new LockBroken({ ref }) : { lock, oid: found.oid }
})

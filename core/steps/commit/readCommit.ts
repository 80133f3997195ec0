import * as Effect from "effect/Effect"
import { parseCommit } from "../../domain/git/rawCommit.ts"
import { ObjectFailed, Objects } from "../../world/git/objects.ts"

/** What a commit says; a name that is no commit is a failure. */
export const readCommit = Effect.fn("readCommit")(function* (name: string) {
  const objects = yield* Objects
  const found = yield* objects.read(`${name}^{commit}`)
  if (found?.type !== "commit") return yield* new ObjectFailed({ name, reason: "there is no such commit" })
  return { oid: found.oid, ...parseCommit(found.data) }
})

import * as Effect from "effect/Effect"
import { type SharedNames, sharedNames } from "../../domain/git/sharedNames.ts"
import { Door } from "../door/door.ts"
import { Git } from "../git/git.ts"
import { Objects } from "../git/objects.ts"
import { RefFailed, Refs } from "../git/refs.ts"
import { Repository } from "../git/repository.ts"
import { Remote } from "./remote.ts"

/** This clone and its remote, with the names that shared refs have on each side. */
export interface BothSides {
  readonly local: Refs["Service"]
  readonly remote: Remote["Service"]
  readonly door: Door["Service"]
  readonly objects: Objects["Service"]
  readonly git: Git["Service"]
  readonly commonDir: string
  readonly names: SharedNames
}

/** Both sides of the remote of this name. */
export const bothSides = Effect.fnUntraced(function* (name: string) {
  const { commonDir } = yield* Repository
  const sides: BothSides = {
    local: yield* Refs,
    remote: yield* Remote,
    door: yield* Door,
    objects: yield* Objects,
    git: yield* Git,
    commonDir,
    names: sharedNames(name),
  }
  return sides
})

/** Puts a failure below the refs into the words of a ref's caller. */
export const broken = (ref: string) => (error: { readonly message: string }) => new RefFailed({ refs: [ref], reason: error.message })

import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { customAlphabet } from "nanoid"
import type { Identity } from "../../domain/settings/environment.ts"
import type { Owner } from "../../domain/lock/lock.ts"
import { Git } from "./git.ts"
import { Machine } from "../machine/machine.ts"
import { Repository } from "./repository.ts"
import { Environment } from "../machine/environment.ts"

/** Lower case without look-alikes: run ids are read aloud and typed. */
const shortId = customAlphabet("23456789abcdefghjkmnpqrstuvwxyz", 10)

/** git's words where nobody has told it who commits. */
const nameless = /tell me who you are|ident name|auto-detect|auto-detection is disabled|consists only of disallowed characters/

/** Who this process is to others: its run id, its owner record in locks, and the name it commits under. */
export class RunIdentity extends Context.Service<
  RunIdentity,
  {
    readonly run: string
    readonly owner: Owner
    readonly committer: Identity
    /** git knows by itself who commits; osier has not to tell it. */
    readonly stated: boolean
  }
>()("core/world/RunIdentity") {
  static readonly layer = Layer.effect(
    RunIdentity,
    Effect.gen(function* () {
      const git = yield* Git
      const machine = yield* Machine
      const { root } = yield* Repository
      const variables = yield* Environment
      const ask = (key: string) =>
        Effect.map(git.text(["config", "--get", key], { cwd: root, codes: [0, 1] }), (value) => value || undefined)
      const name = variables["GIT_COMMITTER_NAME"] ?? (yield* ask("committer.name")) ?? (yield* ask("user.name"))
      const email = variables["GIT_COMMITTER_EMAIL"] ?? (yield* ask("committer.email")) ?? (yield* ask("user.email"))
      const committer = { name: name ?? "osier", email: email ?? "osier@localhost" }
      const stated = yield* git.run(["var", "GIT_AUTHOR_IDENT"], { cwd: root, no: nameless, config: { "user.useConfigOnly": "true" } })
      const run = `r${shortId()}`
      return {
        run,
        owner: { ...machine.self, run, email: committer.email },
        committer,
        stated: name !== undefined && email !== undefined && stated.code === 0,
      }
    }),
  )
}

import * as Effect from "effect/Effect"
import { join } from "node:path"
import { Git } from "../git/git.ts"
import type { Swap } from "../git/refs.ts"
import { RemoteRefused } from "../git/remoteTrouble.ts"
import { Repository } from "../git/repository.ts"
import { hooksFolder } from "../git/userHooks.ts"
import { Process } from "../machine/process.ts"
import { ownHook } from "./ownHook.ts"
import { type RemoteLine, unreachable } from "./remoteLine.ts"

/** Asks the user's own pre-push hook about these swaps, as `git push` would; nothing is sent. */
export const vetPush = Effect.fn("Remote.vet")(function* (line: RemoteLine, swaps: readonly Swap[]) {
  const { remote, names, patience, processes, git, repository } = line
  const { root, zero } = repository
  const told = (error: { readonly message: string }) => unreachable(remote, error.message)
  const hooks = hooksFolder().pipe(Effect.provideService(Git, git), Effect.provideService(Repository, repository))
  const hook = join(yield* Effect.mapError(hooks, told), "pre-push")
  const url = yield* Effect.mapError(git.text(["remote", "get-url", "--push", remote], { cwd: root }), told)
  const rows = swaps.map(({ ref, from = zero, to = zero }) => `${to} ${to} ${names.theirs(ref)} ${from}\n`)
  const asked = { hook, args: [remote, url], cwd: root, input: rows.join(""), timeoutMs: patience.hook }
  const no = ownHook(asked).pipe(Effect.provideService(Git, git), Effect.provideService(Process, processes))
  const said = yield* Effect.mapError(no, told)
  if (said === undefined) return
  return yield* new RemoteRefused({ remote, reason: "own hook", refs: swaps.map(({ ref }) => ref), said })
})

/**
 * One process of a storm: it opens the repository it is given, says that it is ready, and at the gun does once what it is
 * told, as a run of osier would. Losing is an answer; only what can't be told as won or lost is a failure.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { resolveSettings } from "../../core/domain/settings/settingsFile.ts"
import { worldAt } from "../../core/live.ts"
import { sharing } from "../../core/world/remote/sharing.ts"
import { claimIds } from "../../core/steps/task/claimIds.ts"
import { releaseLock, takeLock } from "../../core/steps/lock/lock.ts"
import type { Held } from "../../core/steps/lock/lock.ts"
import { branchLock } from "./branchLock.ts"
import type { Answer } from "./figures.ts"
import { isOrder } from "./order.ts"
import type { Order } from "./order.ts"

const [at = "", ...remotes] = process.argv.slice(2)

/** One world for each remote: the repository is the same, the way there is not. */
const world = (remote: string) => {
  const { settings } = resolveSettings({ fileText: `remote: ${remote}\n`, path: "osier.yaml", env: {}, flags: {} })
  return ManagedRuntime.make(sharing(settings).pipe(Layer.provideMerge(worldAt(at))))
}
const worlds = new Map(remotes.map((remote) => [remote, world(remote)]))
const taken: { readonly remote: string; readonly held: Held }[] = []

const inWorld = (remote: string) => {
  const found = worlds.get(remote)
  if (found === undefined) throw new Error(`there is no remote ${remote}`)
  return found
}

const act = async ({ game, remote, name }: Order): Promise<Omit<Answer, "ms">> => {
  if (game === "one branch, different tasks") return { won: await branchLock(at, remote, name), ids: [] }
  if (game === "ids") return { won: true, ids: await inWorld(remote).runPromise(claimIds(1)) }
  const held = await inWorld(remote).runPromise(takeLock("task", name).pipe(Effect.catchTag("LockHeld", () => Effect.succeed(undefined))))
  if (held !== undefined) taken.push({ remote, held })
  return { won: held !== undefined, ids: [] }
}

const answer = async (order: Order): Promise<Answer> => {
  const start = performance.now()
  const told = await act(order).catch((error: unknown) => ({ won: false, ids: [], failed: String(error) }))
  return { ...told, ms: performance.now() - start }
}

/** Nobody frees a lock before all others have answered: whoever comes late must not win as well. */
const letGo = async () => {
  for (const { remote, held } of taken.splice(0)) await inWorld(remote).runPromise(releaseLock(held))
}

const tell = (message: unknown) => process.send?.(message)

process.on("message", (message) => {
  if (isOrder(message)) void answer(message).then(tell)
  else if (message === "let go") void letGo().then(() => tell("free"))
  else void Promise.all([...worlds.values()].map((one) => one.dispose())).then(() => process.disconnect())
})

// Without anybody to tell, there is nothing to do.
process.once("disconnect", () => process.exit())

for (const one of worlds.values()) await one.runPromise(Effect.void)
tell("ready")

import * as Effect from "effect/Effect"
import { readLock } from "../../domain/lock/lock.ts"
import type { ProcessIdentity } from "../../domain/lock/processIdentity.ts"
import { Machine } from "../../world/machine/machine.ts"
import { Objects } from "../../world/git/objects.ts"
import { Refs } from "../../world/git/refs.ts"
import { Repository } from "../../world/git/repository.ts"
import { readServerFile } from "../../world/machine/serverFile.ts"

/** A run of this repository that works on this machine at the moment. */
export interface LiveRun {
  readonly run: string
  readonly process: ProcessIdentity
}

/**
 * The runs that are alive here. A process number alone proves nothing, it may have been given to another program: what
 * counts is the identity in a lock or in the server's record, which includes when the process started.
 */
export const liveRuns = Effect.fn("liveRuns")(function* () {
  const [refs, objects, machine, { own }] = [yield* Refs, yield* Objects, yield* Machine, yield* Repository]
  const found = new Map<number, LiveRun>()
  const consider = Effect.fnUntraced(function* (run: string, process: ProcessIdentity) {
    if (process.pid === machine.self.pid || found.has(process.pid)) return
    if ((yield* machine.liveness(process)) === "alive") found.set(process.pid, { run, process })
  })
  for (const [ref] of yield* refs.list("refs/osier/locks/")) {
    const lock = readLock((yield* objects.read(ref))?.data.toString() ?? "")
    if (lock?.state === "held" && !("session" in lock.owner)) yield* consider(lock.owner.run, lock.owner)
  }
  // A run that only waits holds no lock, and one that looks at its target first has none yet: what serves the events says so.
  const server = yield* Effect.promise(() => readServerFile(own))
  if (server?.run !== undefined) yield* consider(server.run, server.process)
  return [...found.values()]
})

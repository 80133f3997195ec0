import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { readLock } from "../../domain/lock/lock.ts"
import type { ProcessIdentity } from "../../domain/lock/processIdentity.ts"
import { Journal } from "../../world/journal/journal.ts"
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
  const [refs, objects, machine, journal, { own }] = [yield* Refs, yield* Objects, yield* Machine, yield* Journal, yield* Repository]
  const found = new Map<number, LiveRun>()
  const consider = Effect.fnUntraced(function* (run: string, process: ProcessIdentity) {
    if (process.pid === machine.self.pid || found.has(process.pid)) return
    if ((yield* machine.liveness(process)) === "alive") found.set(process.pid, { run, process })
  })
  for (const [ref] of yield* refs.list("refs/osier/locks/")) {
    const lock = readLock((yield* objects.read(ref))?.data.toString() ?? "")
    if (lock?.state === "held" && !("session" in lock.owner)) yield* consider(lock.owner.run, lock.owner)
  }
  const open = new Map<number, string>()
  yield* Stream.runForEach(journal.read(0), (event) =>
    Effect.sync(() => {
      if (event.type === "RunStarted") open.set(event.pid, event.run)
      if (event.type === "RunEnded") for (const [pid, run] of open) if (run === event.run) open.delete(pid)
    }),
  )
  // A run that only waits holds no lock; the one that serves the events is known by its record.
  const server = yield* Effect.promise(() => readServerFile(own))
  const serving = server === undefined ? undefined : open.get(server.process.pid)
  if (server !== undefined && serving !== undefined) yield* consider(serving, server.process)
  return [...found.values()]
})

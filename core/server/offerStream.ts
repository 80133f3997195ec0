import * as Effect from "effect/Effect"
import { nanoid } from "nanoid"
import { join } from "node:path"
import type { ServerRecord } from "../domain/event/frame.ts"
import { Journal } from "../world/journal/journal.ts"
import { Machine } from "../world/machine/machine.ts"
import { Mutex } from "../world/machine/mutex.ts"
import { removeServerFile, writeServerFile } from "../world/machine/serverFile.ts"
import { eventServer } from "./eventServer.ts"
import { NotServing } from "./loopbackServer.ts"
import type { Patience } from "./consumer.ts"

/**
 * Serves the events of a repository as soon as no other process does, until interrupted: the first process gets the lock, the
 * next one when that has ended, however it ended. `started` is told where, each time.
 */
export const offerStream = Effect.fn("offerStream")(function* (options: {
  readonly directory: string
  readonly port?: number
  readonly token?: string
  readonly patience?: Patience
  /** A run serves its own events; else nothing is worked on here. */
  readonly ofRun?: boolean
  readonly started?: (record: ServerRecord) => Effect.Effect<void>
}) {
  const [mutex, machine, { run }] = [yield* Mutex, yield* Machine, yield* Journal]
  const who = { process: machine.self, ...(options.ofRun === true ? { run } : {}) }
  const { directory } = options

  const serve = Effect.gen(function* () {
    const token = options.token ?? nanoid(32)
    // An interrupted promise goes on behind our back, and would write the record after it was removed.
    const write = (record: ServerRecord) =>
      Effect.uninterruptible(
        Effect.tryPromise({
          try: () => writeServerFile(directory, record),
          catch: (cause) => new NotServing({ port: record.port, reason: String(cause) }),
        }),
      )
    let place = { port: 0, journal: "" }
    const announce = Effect.suspend(() => write({ ...place, token, ...who }))
    const renamed = (journal: string) =>
      Effect.suspend(() => {
        place = { ...place, journal }
        return place.port === 0 ? Effect.void : Effect.ignore(announce)
      })
    // Before the server, so that it is done after it: a server that still runs may write the record once more.
    yield* Effect.addFinalizer(() => Effect.ignore(Effect.tryPromise(() => removeServerFile(directory, token))))
    const serving = yield* eventServer({ ...options, token, renamed })
    place = { port: serving.port, journal: place.journal || serving.journal }
    yield* announce
    if (options.started !== undefined) yield* options.started({ ...place, token, ...who })
    return yield* Effect.never
  }).pipe(Effect.scoped)

  return yield* mutex.withLock(join(directory, "server.lock"), serve)
})

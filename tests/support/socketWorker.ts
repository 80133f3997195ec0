import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { createInterface } from "node:readline"
import { offerStream } from "../../core/server/offerStream.ts"
import { Control } from "../../core/world/machine/control.ts"
import { Journal } from "../../core/world/journal/journal.ts"
import { Machine } from "../../core/world/machine/machine.ts"
import { Mutex } from "../../core/world/machine/mutex.ts"

/** A process that offers the stream of a folder and appends as many events as each line of its input says. Prints where it serves. */
const [directory = "", run = ""] = process.argv.slice(2)

const program = Effect.gen(function* () {
  const journal = yield* Journal
  yield* Effect.forkScoped(offerStream({ directory, started: (record) => Effect.sync(() => console.log(JSON.stringify(record))) }))
  console.log("ready")
  for (;;) {
    const line = yield* Effect.promise(() => lines.next())
    if (line.done === true) break
    for (let n = 0; n < Number(line.value); n++) yield* journal.append({ type: "AgentSaid", task: n, attempt: 1, text: "x" })
    yield* journal.flush
  }
})

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

const world = Journal.layer(directory, run).pipe(
  Layer.provideMerge(Mutex.layer),
  Layer.provideMerge(Machine.layer),
  Layer.provideMerge(Control.none),
)
await program.pipe(Effect.scoped, Effect.provide(world), Effect.runPromise)

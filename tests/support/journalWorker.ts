import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { appendFileSync } from "node:fs"
import { join } from "node:path"
import { Journal } from "../../core/world/journal/journal.ts"
import { Machine } from "../../core/world/machine/machine.ts"
import { Mutex } from "../../core/world/machine/mutex.ts"

/**
 * Appends so many events of so many characters to the journal of a folder, prints "done" and how flushing went.
 * With "half" instead it takes the lock, writes half of a line, says so and never goes on.
 */
const [directory = "", run = "", count = "0", size = "10"] = process.argv.slice(2)

const half = Mutex.use((mutex) =>
  mutex.withLock(
    join(directory, "journal.lock"),
    Effect.andThen(
      Effect.sync(() => {
        appendFileSync(join(directory, "journal.jsonl"), `{"seq":999,"at":"2026-11-20T10:07:00Z","run":"${run}","type":"AgentSa`)
        console.log("half")
      }),
      Effect.callback<never>(() => {
        const alive = setInterval(() => {}, 1_000)
        return Effect.sync(() => clearInterval(alive))
      }),
    ),
  ),
)

const events = Journal.use((journal) =>
  Effect.gen(function* () {
    for (let n = 0; n < Number(count); n++) {
      yield* journal.append({ type: "AgentSaid", task: n, attempt: 1, text: "x".repeat(Number(size)) })
      if (n % 20 === 0) yield* Effect.promise(() => new Promise((resume) => setImmediate(resume)))
    }
    const flushed = yield* Effect.result(journal.flush)
    console.log(flushed._tag === "Success" ? "done" : `done ${flushed.failure._tag} ${flushed.failure.waiting}`)
  }),
)

await (count === "half" ? half : Effect.provide(events, Journal.layer(directory, run))).pipe(
  Effect.provide(Mutex.layer.pipe(Layer.provide(Machine.layer))),
  Effect.runPromise,
)

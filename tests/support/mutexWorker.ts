import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { appendFileSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Machine } from "../../core/world/machine/machine.ts"
import { Mutex } from "../../core/world/machine/mutex.ts"

/** Increments `counter` in a folder so often, under the mutex and by nothing else protected, and logs each value it set. */
const [directory = "", times = "0"] = process.argv.slice(2)
const counter = join(directory, "counter")

const increment = Effect.gen(function* () {
  const value = Number(readFileSync(counter, "utf8")) + 1
  // Gives a second process every chance to have read the same value.
  yield* Effect.promise(() => new Promise((resume) => setImmediate(resume)))
  writeFileSync(`${counter}.${process.pid}`, String(value))
  renameSync(`${counter}.${process.pid}`, counter)
  appendFileSync(join(directory, "values"), `${value}\n`)
})

await Mutex.use((mutex) =>
  Effect.forEach(Array.from({ length: Number(times) }), () => mutex.withLock(join(directory, "lock"), increment), { discard: true }),
).pipe(Effect.provide(Mutex.layer.pipe(Layer.provide(Machine.layer))), Effect.runPromise)

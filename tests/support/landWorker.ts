import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { land } from "../../core/steps/land/land.ts"
import { worldOf } from "./world.ts"

/** Lands a commit and stops for ever at a named step, which it prints, so that it can be killed there. */
const [path = "", from = "", to = "", stop = ""] = process.argv.slice(2)

const onStep = (step: string) =>
  Effect.callback<void>((resume) => {
    if (step !== stop) return resume(Effect.void)
    process.stdout.write(`${step}\n`)
    setInterval(() => undefined, 1000)
  })

const ended = await land({ target: "refs/heads/main", from, to, expect: () => [], reason: "test", onStep }).pipe(
  Effect.provide(worldOf(path).pipe(Layer.orDie)),
  Effect.runPromise,
)
process.stdout.write(`${JSON.stringify(ended)}\n`)

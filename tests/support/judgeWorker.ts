import * as Effect from "effect/Effect"
import { judge } from "../../core/steps/gate/judge.ts"
import { RunIdentity } from "../../core/world/git/runIdentity.ts"
import { terms, shellGate } from "./courtroom.ts"
import { inWorld } from "./world.ts"

/** Judges with a gate that litters the checkout, prints its own process id and never ends. */
const [path = "", root = ""] = process.argv.slice(2)
const inForce = terms([
  shellGate("endless", "echo x > a.txt; echo y > litter; echo $$ > pid; while :; do sleep 0.1; done", { timeoutMs: 600_000 }),
])
const watch = async () => {
  const { existsSync, readFileSync } = await import("node:fs")
  const file = `${root}/.judge/1/tree/pid`
  const timer = setInterval(() => {
    const text = existsSync(file) ? readFileSync(file, "utf8") : ""
    if (!text.endsWith("\n")) return
    clearInterval(timer)
    process.stdout.write(text)
  }, 10)
}
await watch()
await inWorld(
  path,
  judge({ commit: "main", inForce, why: "own", root, graceMs: 300, onEvent: () => Effect.void }).pipe(Effect.provide(RunIdentity.layer)),
)

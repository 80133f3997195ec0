import type { Command } from "./command.ts"
import { landing } from "./specs/landing.ts"
import { looking } from "./specs/looking.ts"
import { owning } from "./specs/owning.ts"
import { planning } from "./specs/planning.ts"
import { running } from "./specs/running.ts"
import { settling } from "./specs/settling.ts"

const [run, add, sync, watch, serve, stop] = running
const [init, gate, doctor, schema, licenses, completions] = settling
const [land, retry, answer, discard, clean, keep] = landing

/** Every verb under the heading of the help where a person looks for it. */
const groups: Readonly<Record<string, readonly Command[]>> = {
  Work: [run, add, ...planning, stop],
  "By hand": [...owning, sync],
  Look: [...looking, watch, serve],
  Decide: [land, retry, answer, discard, keep],
  "Set up": [init, doctor, gate, clean, schema, completions, licenses],
}

/** Every verb, in the order of the help. */
export const commands: readonly Command[] = Object.entries(groups).flatMap(([group, verbs]) => verbs.map((verb) => ({ ...verb, group })))

import type { Command } from "./command.ts"
import { byHand } from "./specs/byHand.ts"
import { decide } from "./specs/decide.ts"
import { look } from "./specs/look.ts"
import { setUp } from "./specs/setUp.ts"
import { work } from "./specs/work.ts"

/** Every verb under the heading of the help where a person looks for it. */
const groups: Readonly<Record<string, readonly Command[]>> = {
  Work: work,
  "By hand": byHand,
  Look: look,
  Decide: decide,
  "Set up": setUp,
}

/** Every verb, in the order of the help. */
export const commands: readonly Command[] = Object.entries(groups).flatMap(([group, verbs]) => verbs.map((verb) => ({ ...verb, group })))

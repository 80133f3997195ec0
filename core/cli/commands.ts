import type { Command } from "./command.ts"
import { landing } from "./specs/landing.ts"
import { looking } from "./specs/looking.ts"
import { owning } from "./specs/owning.ts"
import { planning } from "./specs/planning.ts"
import { running } from "./specs/running.ts"
import { settling } from "./specs/settling.ts"

const [init, ...later] = settling

/** Every verb, in the order of the help: as one meets them. */
export const commands: readonly Command[] = [init, ...running, ...owning, ...planning, ...looking, ...landing, ...later]

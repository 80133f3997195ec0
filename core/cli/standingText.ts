import type { StandingLine } from "../domain/event/standing.ts"
import type { Paint } from "../domain/text/colour.ts"

/** What a run waits for, a line for each thing, below the run itself. */
export const standingText = (lines: readonly StandingLine[], paint: Paint): string =>
  lines
    .map(({ name, found, late }, at) => `${at === 0 ? "" : "  "}${paint.bold(name)}: ${late ? paint.bad(`${found}: too long`) : found}`)
    .join("\n")

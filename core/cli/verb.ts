import type * as Effect from "effect/Effect"
import type { Exit } from "../domain/text/complaint.ts"
import type { Flags } from "./commandLine.ts"
import type { Screen } from "./screen.ts"

/** One verb as it was typed, with everything it may print to. */
export interface Call {
  readonly args: readonly string[]
  readonly flags: Flags
  readonly json: boolean
  /** The folder to work in. */
  readonly at: string
  readonly screen: Screen
  readonly version: string
}

/** At least this is told of every failure; most tell a hint and an exit code as well, see `Complaint`. */
export interface Trouble {
  readonly _tag: string
  readonly message: string
}

/** What a verb does: prints, and answers with the exit code. */
export type Verb = (call: Call) => Effect.Effect<Exit, Trouble>

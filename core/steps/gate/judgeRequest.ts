import type * as Effect from "effect/Effect"
import type { EventBody } from "../../domain/event/event.ts"
import type { JudgedTask } from "./gateEnvironment.ts"
import type { GatesInForce } from "./gateSettings.ts"

/** What is to be judged, by which gates. */
export interface JudgeRequest {
  /** A commit or a tree; it is the tree that is judged. */
  readonly commit: string
  readonly inForce: GatesInForce
  /** The gates a task asks for by name; they narrow only the judgement of its own commit, never that of what lands. */
  readonly only?: readonly string[] | undefined
  readonly why: "own" | "integrated" | "overlaid" | "base"
  readonly task?: JudgedTask | undefined
  /** What the work started from, for gates that look at the difference. */
  readonly base?: string | undefined
  /** What a tree that no commit holds yet would stand on. */
  readonly onto?: string | undefined
  /** Branches and tags that the gates' git shows, by their full names. */
  readonly refs?: ReadonlyMap<string, string>
  /** The folder of all trees. */
  readonly root: string
  /** A red is seen twice, the second time in a cold checkout, before it is said. */
  readonly confirmRed?: boolean
  /** Nothing lands by what is said: a pass that an earlier process wrote down will do. */
  readonly onlyPlans?: boolean
  /** The first pass after a red: nothing of an earlier checkout may help it. */
  readonly cold?: boolean
  readonly objectFolders?: readonly string[]
  readonly graceMs: number
  readonly onEvent: (event: EventBody) => Effect.Effect<void>
  /** What a gate prints, as it comes. */
  readonly onOutput?: (chunk: Uint8Array) => void
}

import type { Assault } from "./assault.ts"
import { edge } from "./edge.ts"
import { leavings } from "./leavings.ts"
import { owners } from "./owners.ts"
import { planted } from "./planted.ts"
import { movedRefs } from "./movedRefs.ts"
import { secrets } from "./secrets.ts"
import { verdicts } from "./verdicts.ts"

/** Every attack besides the kills, by the promise that it is aimed at. */
export const assaults: readonly Assault[] = [...verdicts, ...movedRefs, ...owners, ...edge, ...secrets, ...planted, ...leavings]

import type { Case } from "../cell.ts"
import { red } from "./red.ts"
import { success } from "./success.ts"

/** Every row of the matrix. */
export const cases: readonly Case[] = [...success, ...red]

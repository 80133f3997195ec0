import { games } from "./figures.ts"
import type { Game } from "./figures.ts"

/** What a contender has to do at the gun. */
export interface Order {
  readonly game: Game
  readonly remote: string
  /** Of the task. */
  readonly name: string
}

export const isOrder = (value: unknown): value is Order =>
  typeof value === "object" &&
  value !== null &&
  "game" in value &&
  games.some((game) => game === value.game) &&
  "remote" in value &&
  typeof value.remote === "string" &&
  "name" in value &&
  typeof value.name === "string"

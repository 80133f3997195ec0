import type { EventEmitter } from "node:events"

const names = ["uncaughtException", "unhandledRejection"] as const

/**
 * What escaped every error channel would end the process on the spot, and leave agents and locks behind. Here it is told once,
 * and ends the work in order: `caught` hears the first, the rest are what follows from it. Gives the way to take the net away.
 */
export const lastNet = (caught: (cause: unknown) => void, process: Pick<EventEmitter, "on" | "off">): (() => void) => {
  let isFirst = true
  const heard = (cause: unknown) => {
    if (isFirst) {
      isFirst = false
      caught(cause)
    }
  }
  for (const name of names) process.on(name, heard)
  return () => {
    for (const name of names) process.off(name, heard)
  }
}

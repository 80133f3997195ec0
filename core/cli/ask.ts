import * as Effect from "effect/Effect"
import { createInterface } from "node:readline/promises"

/** Asks a person yes or no; anything but a yes, Ctrl-C and the end of the input included, is a no. */
export const ask = (question: string): Effect.Effect<boolean> =>
  Effect.promise(async (signal) => {
    const lines = createInterface({ input: process.stdin, output: process.stdout })
    try {
      const closed = new Promise<string>((resolve) => lines.once("close", () => resolve("")))
      const answer = await Promise.race([lines.question(`${question} [y/N] `, { signal }), closed])
      return /^y(es)?$/i.test(answer.trim())
    } finally {
      lines.close()
    }
  })

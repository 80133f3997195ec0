import type { Attempt, Task } from "./task.ts"

/**
 * The attempts with this one in the place of its number. An older one that was never ended was cut off: whoever writes the next
 * one owns the task, so that nobody works on that any more.
 */
export const withAttempt = (attempts: Task["attempts"], record: Attempt): Task["attempts"] => [
  ...attempts.filter(({ n }) => n !== record.n).map((one) => (one.outcome === "open" && one.n < record.n ? cutOff(one) : one)),
  record,
]

const cutOff = (one: Attempt): Attempt => ({ ...one, outcome: "cancelled", reason: one.reason ?? "it was cut off" })

/** Attempts that came to an end. */
export const endedAttempts = (attempts: Task["attempts"]): readonly Attempt[] => attempts.filter(({ outcome }) => outcome !== "open")

const wordsLength = 1000

/** An agent's closing words, as the record keeps them: their end says what they came to. */
export const closingWords = (text: string | undefined): string | undefined => {
  const words = text?.trim() ?? ""
  if (words === "") return undefined
  return words.length <= wordsLength ? words : `…${words.slice(-wordsLength)}`
}

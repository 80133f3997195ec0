import { textAt } from "./at.ts"
import { parseLine } from "./jsonLines.ts"

/** Where services put the words of an error. */
const places: readonly (readonly string[])[] = [["error", "message"], ["message"], ["detail"], ["error"], ["error_description"], ["title"]]

/**
 * The words for a person of a message that is, or ends with, the raw body of a refused request: `401: {"message":"no"}` is
 * `401: no`. Any other message stays as it is.
 */
export const wordsOf = (message: string): string => {
  const brace = message.indexOf("{")
  if (brace === -1) return message
  const body = parseLine(message.slice(brace, message.lastIndexOf("}") + 1))
  for (const place of places) {
    const words = textAt(body, ...place)
    // Some services wrap the body of another one.
    if (words !== undefined) return `${message.slice(0, brace)}${wordsOf(words)}`
  }
  return message
}

import { plainLine } from "../text/plainText.ts"

const questionLength = 300

/** A sentence that asks, or words that ask for a decision without a question mark. */
const asking =
  /[^\s?？][?？](?=[\s"'”’»)*_`\]]|$)|\bplease (confirm|clarify|choose|specify|tell me|advise|decide|let me know)\b|\blet me know (which|how|what|whether|where)\b/i

/** The part of an agent's last words that asks a person something; undefined when they ask nothing. Only the end of them counts. */
export const questionIn = (text: string): string | undefined => {
  const parts = text
    .split(/\n\s*\n/)
    .map((part) => part.trim())
    .filter((part) => part !== "")
  const part = parts.slice(-2).findLast((one) => asking.test(one))
  if (part === undefined) return undefined
  const lines = part.split("\n")
  // What may be chosen from often follows the question.
  const from = lines.findIndex((line) => asking.test(line))
  return plainLine(lines.slice(from).join(" ")).slice(0, questionLength)
}

const opening = "You asked: "

/** A person's answer, as the agent that asked is told it. */
export const answerText = (question: string, answer: string): string => `${opening}${question}\n\nThe answer is:\n\n${answer}`

/** Whether what is told of the last attempt is the answer to its question. */
export const isAnswer = (evidence: string): boolean => evidence.startsWith(opening)

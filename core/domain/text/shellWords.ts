import * as Data from "effect/Data"
import * as Result from "effect/Result"
import type { Complaint } from "./complaint.ts"

/** A command text that only a shell could run, or whose quotes don't close. */
export class BadCommand extends Data.TaggedError("BadCommand")<{ readonly text: string; readonly reason: string }> implements Complaint {
  override get message(): string {
    return `the command ${JSON.stringify(this.text)} ${this.reason}`
  }
  get hint(): string {
    return `give it as a list of arguments; for a shell's own features: ["sh", "-c", ${JSON.stringify(this.text)}]`
  }
  get exit() {
    return 2 as const
  }
}

/** `$` before one of these would be replaced by a shell; before anything else it is an ordinary character. */
const expansion = /^[A-Za-z0-9_{(@*#?$!-]/

/**
 * The arguments a POSIX shell would make of a text without anything to expand: words, quotes and backslashes.
 *
 * Nothing is ever run by a shell, so text that means more to one (pipes, redirections, variables, substitutions,
 * comments, assignments) is refused rather than passed on as words. Patterns such as `*.ts` are passed on as they are.
 */
export const shellWords = (input: string): Result.Result<readonly [string, ...string[]], BadCommand> => {
  const text = input.replace(/^\s+|[\r\n]+$/g, "")
  const refuse = (reason: string) => Result.fail(new BadCommand({ text, reason }))
  const words: string[] = []
  let word: string | undefined
  let quote: "'" | '"' | undefined
  // Whether anything of the word was quoted: `"A=1" x` is a program called A=1, `A=1 x` an assignment.
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? ""
    const next = text[at + 1]
    if (quote === "'") {
      if (char === "'") quote = undefined
      else word = (word ?? "") + char
      continue
    }
    if (char === "`" || (char === "$" && next !== undefined && (expansion.test(next) || (!quote && (next === "'" || next === '"')))))
      return refuse(`uses ${char === "`" ? "a backtick" : `$${next}`}, which only a shell replaces`)
    if (char === "\\") {
      if (next === undefined) return refuse("ends with a backslash")
      at++
      if (next === "\n") continue
      quoted = true
      word = (word ?? "") + (quote && !'$`"\\'.includes(next) ? `\\${next}` : next)
      continue
    }
    if (quote) {
      if (char === '"') quote = undefined
      else word = (word ?? "") + char
      continue
    }
    if (char === "'" || char === '"') {
      quote = char
      quoted = true
      word ??= ""
    } else if (char === " " || char === "\t") {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if ("|&;<>()\n\r".includes(char)) {
      return refuse(
        char === "\n" || char === "\r" ? "has more than one line" : `uses ${JSON.stringify(char)}, which only a shell understands`,
      )
    } else if (char === "#" && word === undefined) {
      return refuse("has a comment")
    } else if (char === "~" && word === undefined) {
      return refuse("uses ~, which only a shell replaces by the home folder")
    } else {
      word = (word ?? "") + char
      if (char === "=" && words.length === 0 && !quoted && /^[A-Za-z_]\w*=$/.test(word))
        return refuse(`sets ${word.slice(0, -1)}, as only a shell does`)
    }
  }
  if (quote) return refuse(`has a ${quote} that is never closed`)
  if (word !== undefined) words.push(word)
  const [program, ...args] = words
  return program === undefined || program === "" ? refuse("is empty") : Result.succeed([program, ...args])
}

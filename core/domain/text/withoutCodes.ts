/** A text as a reader sees it, and where each of its characters stands in the original. */
export interface SeenText {
  readonly text: string
  readonly at: readonly number[]
}

const [bell, back, escape] = [String.fromCharCode(7), String.fromCharCode(8), String.fromCharCode(27)]

/** What programs write where they show the byte of an escape. */
const written = String.raw`\\(?:u001b|x1b|033|e)\[`
/** Characters without width. */
const thin = String.raw`\u00AD\u200B-\u200F\u2060-\u2064\uFEFF`

/** Any of this stands in every text that a reader sees in another way than it is written. */
const sign = new RegExp(`[${escape}\u009B${back}${thin}]|${written}`, "i")

/** What a terminal or a page shows nothing of: its codes as bytes and as words, a character that is struck over, one without width. */
const codes = new RegExp(
  [
    `(?:${escape}\\[|\u009B)[0-?]*[ -/]*[@-~]`,
    `${escape}[\\]P^_][^${bell}${escape}\u009C\n]*(?:${bell}|${escape}\\\\|\u009C)`,
    `${escape}[ -/]*[0-~]`,
    `${written}[0-9;:]*[A-Za-z]`,
    `[^\n${back}]${back}`,
    `[${thin}]`,
  ].join("|"),
  "gi",
)

/** Undefined for a text that is read as it is written. */
export const withoutCodes = (text: string): SeenText | undefined => {
  if (!sign.test(text)) return undefined
  const at: number[] = []
  let seen = ""
  let from = 0
  const take = (to: number) => {
    seen += text.slice(from, to)
    for (let n = from; n < to; n++) at.push(n)
  }
  for (const match of text.matchAll(codes)) {
    take(match.index)
    from = match.index + match[0].length
  }
  take(text.length)
  return at.length === text.length ? undefined : { text: seen, at }
}

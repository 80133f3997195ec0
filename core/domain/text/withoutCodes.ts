/** A text as a reader sees it, and where each of its characters stands in the original. */
export interface SeenText {
  readonly text: string
  readonly at: readonly number[]
}

/** Any of this stands in every text that a reader sees in another way than it is written. */
const sign = /[\u001B\u009B\b\u00AD\u200B-\u200F\u2060-\u2064\uFEFF]|\\(?:u001b|x1b|033|e)\[/i

/**
 * What a terminal or a page shows nothing of: its codes as bytes and as programs write them down, a character that is struck
 * over, characters without width.
 */
const codes =
  /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]|\u001B[\]P^_][^\u0007\u001B\u009C\n]*(?:\u0007|\u001B\\|\u009C)|\u001B[ -/]*[0-~]|\\(?:u001b|x1b|033|e)\[[0-9;:]*[A-Za-z]|[^\n\b]\b|[\u00AD\u200B-\u200F\u2060-\u2064\uFEFF]/gi

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

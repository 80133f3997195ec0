/** Bits that each character of a text tells, by how often each of them stands in it. */
export const entropy = (text: string): number => {
  const counts = new Map<string, number>()
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length)
  return bits
}

/** Whether a text says of itself that it stands for a secret and is none. */
export const isExample = (text: string): boolean =>
  /example|sample|dummy|placeholder|change_?me|your[_-]|redacted|x{4}|\*{4}|\.{3}|0{8}|123456|abcdef|deadbeef/i.test(text)

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i
const hex = /^(?:0x)?[0-9a-f]+$/i
const digest = /^sha\d+[-:=]/i
/** Words joined by dots, dashes, slashes or capitals, as names, versions, paths and calls in code are. */
const words = /^[./~@^]*(?:[A-Za-z]+\d{0,3}|\d{1,4})(?:[./_:@=+-]+(?:[A-Za-z]+\d{0,3}|\d{1,4}))*[./=]*$/

/** How often small letters, capitals, digits and signs take turns; in words, whatever their case, they do so rarely. */
const turns = (text: string): number => {
  const classes = text
    .replace(/[a-z]/g, "a")
    .replace(/[A-Z]/g, "A")
    .replace(/\d/g, "0")
    .replace(/[^aA0]/g, "-")
  return [...classes].filter((one, at) => at > 0 && one !== classes[at - 1]).length / text.length
}

/** What code says of its own values. */
const chain = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$/

/**
 * Whether a text is as irregular as what a program draws by lot. Hashes are too, so that plain hex counts only where its name
 * leaves no doubt; names and numbers that people write are not.
 */
export const looksRandom = (text: string, known: { readonly quoted?: boolean; readonly mayBeHex?: boolean } = {}): boolean => {
  const { quoted = true, mayBeHex = false } = known
  if (text.length < 16 || isExample(text) || uuid.test(text) || digest.test(text)) return false
  const digits = text.replace(/\D/g, "").length
  if (!/[A-Za-z]/.test(text) || (digits < (quoted ? 2 : 3) && turns(text) < 0.45)) return false
  if (hex.test(text)) return mayBeHex && text.length >= 32 && entropy(text) >= 3
  if (words.test(text) || (!quoted && chain.test(text))) return false
  // Of sixteen letters drawn by lot nearly all differ; the longer a text, the more it takes.
  return entropy(text) >= (text.length < 24 ? 3.3 : 3.8)
}

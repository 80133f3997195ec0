const [mostLetters, mostBytes] = [40, 60]

const bytesOf = (text: string): number => new TextEncoder().encode(text).length

/** Cuts at the last word that fits; a single word longer than the limit is cut inside. */
const cut = (words: string): string => {
  const letters = Array.from(words)
  let [taken, bytes] = [0, 0]
  for (const letter of letters) {
    bytes += bytesOf(letter)
    if (taken === mostLetters || bytes > mostBytes) break
    taken++
  }
  if (taken === letters.length) return words
  const whole = letters[taken] === "-" ? taken : letters.lastIndexOf("-", taken - 1)
  return letters.slice(0, whole > 0 ? whole : taken).join("")
}

/**
 * A title as a short part of a branch and folder name: letters and digits of every script in lower case, and single hyphens.
 *
 * Accents fall off Latin letters (é → e), signs that are a part of a letter elsewhere stay with it, composed, as git has names.
 */
export const slug = (title: string): string => {
  const words = title
    .toWellFormed()
    .normalize("NFKD")
    .replace(/(\p{Script=Latin})\p{M}+/gu, "$1")
    .normalize("NFC")
    .toLowerCase()
    // An apostrophe joins ("don't" → "dont").
    .replace(/['’`]|(?<![\p{L}\p{M}])\p{M}/gu, "")
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "")
  return cut(words) || "task"
}

/** The slug of a task that no other one in the store has: of those with the same words the first keeps it, the others add their number. */
export const slugIn = (
  tasks: Iterable<{ readonly id: number; readonly title: string }>,
  own: { readonly id: number; readonly title: string },
): string => {
  const taken = new Set<string>()
  const free = (id: number, title: string): string => {
    const wished = slug(title)
    let found = wished
    while (taken.has(found)) found = `${found === wished ? wished : found}-${id}`
    return found
  }
  for (const { id, title } of [...tasks].filter((one) => one.id < own.id).toSorted((a, b) => a.id - b.id)) taken.add(free(id, title))
  return free(own.id, own.title)
}

const longest = 40

/** Cuts at the last word that fits; a single word longer than the limit is cut inside. */
const cut = (words: string): string => {
  if (words.length <= longest) return words
  const end = words.lastIndexOf("-", longest)
  return words.slice(0, end > 0 ? end : longest)
}

/**
 * A title as a short part of a branch and folder name: lower-case ASCII letters, digits and single hyphens only.
 *
 * Accents fall off by Unicode decomposition (é → e); letters without an ASCII base are dropped, so that a name never
 * depends on a file system's own normalisation.
 */
export const slug = (title: string): string => {
  const ascii = title
    .normalize("NFKD")
    .toLowerCase()
    // An apostrophe joins ("don't" → "dont"); marks and foreign letters vanish without splitting their word.
    .replace(/['’`]|\p{M}|(?![a-z0-9])[\p{L}\p{N}]/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
  return cut(ascii) || "task"
}

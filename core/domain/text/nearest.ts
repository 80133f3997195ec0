/** How many single edits (insert, delete, replace, swap two neighbours) turn one word into the other. */
const distance = (a: string, b: string): number => {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let best = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, (before[j - 2] ?? 0) + 1)
      next.push(best)
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}

/** The candidate that was most likely meant, or nothing when none is close: a wrong guess is worse than none. */
export const nearest = (word: string, candidates: Iterable<string>): string | undefined => {
  let best: string | undefined
  let least = Infinity
  for (const candidate of candidates) {
    const away = distance(word.toLowerCase(), candidate.toLowerCase())
    const length = Math.max(word.length, candidate.length)
    // Of a single letter everything is one edit away.
    const limit = length === 1 ? 0 : Math.max(1, Math.floor(length / 3))
    if (away <= limit && away < least) {
      best = candidate
      least = away
    }
  }
  return best
}

/** A hint that names the nearest candidate, or else all of them. */
export const meant = (word: string, candidates: Iterable<string>, none: string): string => {
  const all = [...candidates]
  const near = nearest(word, all)
  if (near !== undefined) return `did you mean ${near}?`
  return all.length === 0 ? none : `known: ${all.slice(0, 20).join(", ")}${all.length > 20 ? ", …" : ""}`
}

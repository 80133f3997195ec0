const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** "ms", "s", "sec", "seconds", "m", "min", "minutes", "h", "hr", "hours", "d", "days" */
const amount = /(\d+(?:\.\d+)?)\s*(ms|milliseconds?|d(?:ays?)?|h(?:(?:ou)?rs?)?|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?)\b/gi

const unitOf = (name: string): number => {
  const lower = name.toLowerCase()
  return unitMs[lower.startsWith("ms") || lower.startsWith("milli") ? "ms" : lower.slice(0, 1)] ?? 0
}

/** A wait of more than this is a misreading, not a quota. */
const longest = 32 * 86_400_000

/**
 * When a provider said it may be asked again, in milliseconds since the epoch; undefined when it named no time.
 * Understands "try again in 1 hour 5 minutes", "retry-after: 30", "limit reached|1712345678" and "resets at" an ISO time.
 */
export const notBefore = (text: string, now: number): number | undefined => {
  const plausible = (at: number) => (at > now && at - now <= longest ? at : undefined)
  const seconds = /retry[- ]after["']?[:=\s]+["']?(\d+(?:\.\d+)?)(?!\d|\s*[a-z]{1,2}\b)/i.exec(text)?.[1]
  if (seconds !== undefined) return plausible(now + Number(seconds) * 1000)
  const epoch = /(?:\||resets?_?at["']?[:=\s]+)(\d{10})(\d{3})?\b/i.exec(text)
  if (epoch?.[1] !== undefined) return plausible(Number(epoch[1]) * 1000 + Number(epoch[2] ?? 0))
  const iso = /\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)/.exec(text)?.[0]
  if (iso !== undefined && /reset|again|after|until/i.test(text)) return plausible(Date.parse(iso))
  const wait = /(?:again|retry|resets?)\s+(?:in|after)\s+([^.;()]{1,60}(?:\.\d+[^.;()]{0,20})?)/i.exec(text)?.[1]
  if (wait === undefined) return undefined
  let ms = 0
  for (const [, count, unit] of wait.matchAll(amount)) ms += Number(count) * unitOf(unit ?? "")
  return ms === 0 ? undefined : plausible(now + ms)
}

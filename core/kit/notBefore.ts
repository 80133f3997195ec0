import { clockTime } from "./clockTime.ts"

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
 * Understands "try again in 1 hour 5 minutes", "retry-after: 30", "limit reached|1712345678", `resets_in_seconds`, "resets at" an ISO time, and
 * times as clocks show them: "try again at 11:38 PM", "resets 3:45pm (UTC)", "at Dec 2nd, 2026 9:14 AM".
 */
export const notBefore = (text: string, now: number): number | undefined => {
  const plausible = (at: number) => (at > now && at - now <= longest ? at : undefined)
  const seconds = /retry[- ]after["']?[:=\s]+["']?(\d+(?:\.\d+)?)(?!\d|\s*[a-z]{1,2}\b)/i.exec(text)?.[1]
  if (seconds !== undefined) return plausible(now + Number(seconds) * 1000)
  const left = /(?:resets?|retry|available)_?(?:in|after)_?(seconds|ms|millis)\w*["']?[:=\s]+["']?(\d+(?:\.\d+)?)/i.exec(text)
  if (left?.[2] !== undefined) return plausible(now + Number(left[2]) * (left[1]?.toLowerCase() === "seconds" ? 1000 : 1))
  const epoch = /(?:\||resets?_?at["']?[:=\s]+)(\d{10})(\d{3})?\b/i.exec(text)
  if (epoch?.[1] !== undefined) return plausible(Number(epoch[1]) * 1000 + Number(epoch[2] ?? 0))
  const iso = /\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)/.exec(text)?.[0]
  if (iso !== undefined && /reset|again|after|until/i.test(text)) return plausible(Date.parse(iso))
  const wait = /(?:again|retry|resets?)\s+(?:in|after)\s+([^.;()]{1,60}(?:\.\d+[^.;()]{0,20})?)/i.exec(text)?.[1]
  let ms = 0
  for (const [, count, unit] of (wait ?? "").matchAll(amount)) ms += Number(count) * unitOf(unit ?? "")
  if (ms > 0) return plausible(now + ms)
  for (const said of text.matchAll(/\b(?:again|until|resets?(?:_at)?|available|after|retry)[:\s]+(?:at\s+|on\s+)?/gi)) {
    const at = clockTime(text.slice(said.index + said[0].length), now)
    if (at !== undefined) return plausible(at)
  }
  return undefined
}

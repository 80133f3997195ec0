const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

/** Minutes that clocks of these names are ahead of UTC. */
const zones: Readonly<Record<string, number>> = {
  ...{ utc: 0, gmt: 0, z: 0, bst: 60, cet: 60, cest: 120, eet: 120, eest: 180, ist: 330, jst: 540 },
  ...{ est: -300, edt: -240, cst: -360, cdt: -300, mst: -420, mdt: -360, pst: -480, pdt: -420 },
}

const dayMs = 86_400_000
const slackMs = 300_000

/** "Dec 2nd, 2026", "2 December", "Monday"; then the time of the day; then its zone. */
const spoken = new RegExp(
  [
    /(?:(?<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+(?<day>\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(?<year>\d{4}))?,?\s+(?:at\s+)?)?/,
    /(?:(?<weekday>sun|mon|tue|wed|thu|fri|sat)[a-z]*,?\s+(?:at\s+)?)?/,
    /(?<hour>\d{1,2})(?:[:.](?<minute>\d\d)(?::\d\d)?)?\s*(?<half>[ap])?(?:\.?m\b\.?)?/,
    /\s*\(?(?<zone>UTC[+-]\d{1,2}(?::?\d\d)?|GMT[+-]\d{1,2}(?::?\d\d)?|[+-]\d\d:?\d\d|[A-Z][A-Za-z]+\/[A-Za-z_/+-]+|[A-Z]{3,4}\b|Z\b)?/,
  ]
    .map(({ source }) => source)
    .join(""),
  "i",
)

/** Minutes that the clocks of a zone are ahead of UTC at a moment; undefined for a zone that nobody knows. Without one: this machine's. */
const aheadOf = (zone: string | undefined, moment: number): number | undefined => {
  if (zone === undefined) return -new Date(moment).getTimezoneOffset()
  const offset = /^(?:UTC|GMT)?([+-])(\d{1,2}):?(\d\d)?$/i.exec(zone)
  if (offset !== null) return (offset[1] === "-" ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3] ?? 0))
  const known = zones[zone.toLowerCase()]
  if (known !== undefined) return known
  try {
    const parts = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" }).formatToParts(moment)
    const name = parts.find(({ type }) => type === "timeZoneName")?.value ?? ""
    return name === "GMT" ? 0 : aheadOf(name, moment)
  } catch {
    return undefined
  }
}

/**
 * The next moment that a time written as clocks show it means, in milliseconds since the epoch: "11:38 PM", "3pm (America/New_York)",
 * "15:30", "Dec 2nd, 2026 9:14 AM", "Monday 9am". Undefined when the text does not begin with one.
 */
export const clockTime = (text: string, now: number): number | undefined => {
  const found = spoken.exec(text)
  if (found === null || found.index > 0) return undefined
  const { month, day, year, weekday, hour = "", minute, half, zone } = found.groups ?? {}
  // A bare number is no time of the day.
  if (minute === undefined && half === undefined) return undefined
  const ahead = (aheadOf(zone, now) ?? aheadOf(undefined, now) ?? 0) * 60_000
  const here = new Date(now + ahead)
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toLowerCase() === "p" ? 12 : 0)
  if (hours > 24 || Number(minute ?? 0) > 59) return undefined
  const on = (y: number, m: number, d: number) => Date.UTC(y, m, d, hours, Number(minute ?? 0)) - ahead
  if (month !== undefined) {
    const at = on(Number(year ?? here.getUTCFullYear()), months.indexOf(month.toLowerCase()), Number(day))
    // In December a date of January is next year's.
    if (year !== undefined || at > now - 30 * dayMs) return at
    return on(here.getUTCFullYear() + 1, months.indexOf(month.toLowerCase()), Number(day))
  }
  const today = on(here.getUTCFullYear(), here.getUTCMonth(), here.getUTCDate())
  if (weekday !== undefined) {
    const wait = (days.indexOf(weekday.toLowerCase()) - here.getUTCDay() + 7) % 7
    return today + (wait === 0 && today < now ? 7 : wait) * dayMs
  }
  // A moment that has just passed is over, not to come tomorrow.
  return today < now - slackMs ? today + dayMs : today
}

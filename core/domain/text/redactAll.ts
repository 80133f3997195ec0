/** Names of refs and places in the repository: they mean something only as they are. */
const kept = new Set(["branch", "base", "tip", "landed", "keep"])

const isTable = (value: unknown): value is object => typeof value === "object" && value !== null

/** Cleans every text inside a table in its place, and says whether any of them was changed. */
const cleanIn = (table: object, clean: (text: string) => string): boolean => {
  let changed = false
  for (const key of Object.keys(table)) {
    const value: unknown = Reflect.get(table, key)
    if (isTable(value)) changed = cleanIn(value, clean) || changed
    else if (typeof value === "string" && !kept.has(key)) {
      const cleaned = clean(value)
      if (cleaned === value) continue
      Reflect.set(table, key, cleaned)
      changed = true
    }
  }
  return changed
}

const textsIn = (table: object): readonly string[] =>
  Object.keys(table).flatMap((key) => {
    const value: unknown = Reflect.get(table, key)
    return isTable(value) ? textsIn(value) : typeof value === "string" && !kept.has(key) ? [value] : []
  })

/** A copy with every text in it cleaned, however deep it stands; the very same value when there was nothing to clean. */
export const redactAll = <A extends object>(value: A, clean: (text: string) => string): A => {
  // Nearly always there is nothing, which one look at all of it tells.
  const all = textsIn(value).join("\n")
  if (clean(all) === all) return value
  const copy = structuredClone(value)
  return cleanIn(copy, clean) ? copy : value
}

/** The same for a file: JSON is cleaned value by value, so that it stays JSON. */
export const redactFile = (name: string, text: string, clean: (text: string) => string): string => {
  if (!name.endsWith(".json")) return clean(text)
  try {
    const value: unknown = JSON.parse(text)
    return isTable(value) && cleanIn(value, clean) ? `${JSON.stringify(value, undefined, 2)}\n` : text
  } catch {
    return clean(text)
  }
}

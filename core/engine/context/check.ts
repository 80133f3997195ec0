/** One thing that was looked at. `bad` keeps osier from working, `odd` is worth a look. */
export interface Check {
  readonly name: string
  readonly state: "good" | "odd" | "bad"
  readonly found: string
  /** What to type or do; empty when all is well. */
  readonly hint: string
}

export const good = (name: string, found: string): Check => ({ name, state: "good", found, hint: "" })
export const odd = (name: string, found: string, hint: string): Check => ({ name, state: "odd", found, hint })
export const bad = (name: string, found: string, hint: string): Check => ({ name, state: "bad", found, hint })

import * as Schema from "effect/Schema"

/** What was used up of a model's service, as its program tells it. */
export const Spent = Schema.Struct({
  inputTokens: Schema.optionalKey(Schema.Finite),
  outputTokens: Schema.optionalKey(Schema.Finite),
  costUsd: Schema.optionalKey(Schema.Finite),
})
export type Spent = typeof Spent.Type

const keys = ["inputTokens", "outputTokens", "costUsd"] as const

const each = (of: (key: (typeof keys)[number]) => number | undefined): Spent =>
  Object.fromEntries(keys.flatMap((key) => (of(key) === undefined ? [] : [[key, of(key)]])))

/** All of it together; what nobody tells stays untold. */
export const spentTogether = (parts: Iterable<Spent | undefined>): Spent => {
  const told = [...parts]
  return each((key) => {
    const known = told.flatMap((one) => one?.[key] ?? [])
    return known.length === 0 ? undefined : known.reduce((sum, one) => sum + one, 0)
  })
}

/** What was spent since: of a total, without what was known of it before; never less than nothing. */
export const spentSince = (total: Spent, before: Spent): Spent =>
  each((key) => {
    const now = total[key]
    return now === undefined ? undefined : Math.max(0, now - (before[key] ?? 0))
  })

const rounded = (count: number): string =>
  count < 10_000 ? String(count) : count < 1_000_000 ? `${Math.round(count / 1000)}k` : `${(count / 1_000_000).toFixed(1)}M`

/** In few words; empty when nothing was told. */
export const spentText = ({ inputTokens, outputTokens, costUsd }: Spent): string =>
  [
    ...(inputTokens === undefined ? [] : [`${rounded(inputTokens)} tokens in`]),
    ...(outputTokens === undefined ? [] : [`${rounded(outputTokens)} out`]),
    ...(costUsd === undefined ? [] : [`$${costUsd.toFixed(costUsd < 1 ? 4 : 2)}`]),
  ].join(", ")

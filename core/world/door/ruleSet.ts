import type { Rule } from "@secretlint/secretlint-rule-preset-recommend"
import * as Effect from "effect/Effect"
import type { SecretAt } from "../../domain/secret/secret.ts"

/**
 * Rules that are left out: comments by which a file would excuse itself, and three that take addresses and key files for
 * secrets without asking whether they are examples; osier's own kinds know these.
 */
const leftOut = new Set(["filter-comments", "basicauth", "database-connection-string", "gcp"])

const nameOf = ({ meta }: Rule): string => meta.id.replace("@secretlint/secretlint-rule-", "")

const loaded = async () => (await import("@secretlint/secretlint-rule-preset-recommend")).rules.filter((rule) => !leftOut.has(nameOf(rule)))
type Look = (text: string) => readonly SecretAt[]
let known: { readonly look: Look | undefined } | undefined

/** The rules that the makers of secretlint recommend, loaded when the first text is looked through; undefined where they can't be. */
export const ruleSet: Effect.Effect<Look | undefined> = Effect.suspend(() =>
  known !== undefined
    ? Effect.succeed(known.look)
    : Effect.promise(async () => {
        const rules = await loaded().catch(() => undefined)
        const readers = rules?.map(reader)
        known = { look: readers && ((text) => readers.flatMap((read) => read(text))) }
        return known.look
      }),
)

/** One rule, which answers with whole lines: not every rule says the exact place. */
const reader = (rule: Rule): Look => {
  const name = nameOf(rule)
  const kind = `${/^[aeiou1]/.test(name) ? "an" : "a"} ${name} secret`
  let ranges: (readonly [number, number])[] = []
  const report = ({ range }: { readonly range: readonly [number, number] }) => void ranges.push(range)
  const createTranslator = () => (messageId: string) => ({ messageId, message: "" })
  const { file } = rule.create({ sharedOptions: {}, createTranslator, ignore: () => undefined, report }, {})
  return (content) => {
    ranges = []
    file?.({ content, filePath: "text", ext: "", contentType: "text", hasBOM: false })
    return ranges.map(([from, to]) => {
      const end = content.indexOf("\n", to)
      return { start: content.lastIndexOf("\n", from - 1) + 1, end: end < 0 ? content.length : end, kind }
    })
  }
}

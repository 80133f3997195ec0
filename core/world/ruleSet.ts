import type { Rule } from "@secretlint/secretlint-rule-preset-recommend"
import * as Effect from "effect/Effect"
import type { SecretAt } from "../domain/secret.ts"

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
        known = { look: rules && ((text) => rules.flatMap((rule) => lines(rule, text))) }
        return known.look
      }),
)

/** What one rule reports, as whole lines: not every rule says the exact place. */
const lines = (rule: Rule, content: string): readonly SecretAt[] => {
  const found: SecretAt[] = []
  const name = nameOf(rule)
  const kind = `${/^[aeiou1]/.test(name) ? "an" : "a"} ${name} secret`
  const report = ({ range: [from, to] }: { readonly range: readonly [number, number] }) => {
    const end = content.indexOf("\n", to)
    found.push({ start: content.lastIndexOf("\n", from - 1) + 1, end: end < 0 ? content.length : end, kind })
  }
  const createTranslator = () => (messageId: string) => ({ messageId, message: "" })
  rule
    .create({ sharedOptions: {}, createTranslator, ignore: () => undefined, report }, {})
    .file?.({ content, filePath: "text", ext: "", contentType: "text", hasBOM: false })
  return found
}

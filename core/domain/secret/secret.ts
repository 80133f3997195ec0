import { secretKinds, type SecretKind } from "./secretKinds.ts"
import { withoutCodes } from "../text/withoutCodes.ts"

/** A secret in a text: where it stands, and what it looks like. */
export interface SecretAt {
  readonly start: number
  readonly end: number
  readonly kind: string
}

const telling = /KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL/i

/** Shorter values, as `true` or a port, stand in every other line. */
const shortest = 8

/** Values of variables whose names say that they must not get out; where keys lie is no secret. */
export const secretValues = (environment: Readonly<Record<string, string | undefined>>): readonly (readonly [string, string])[] =>
  Object.entries(environment).flatMap(([name, value = ""]) =>
    value.length >= shortest && telling.test(name) && !/^[~/]|^[A-Za-z]:\\/.test(value) ? [[name, value] as const] : [],
  )

/** What is found in a text as it is written, and as a reader sees it: colours and invisible characters break no secret. */
export const alsoSeen = (text: string, find: (text: string) => readonly SecretAt[]): readonly SecretAt[] => {
  const seen = withoutCodes(text)
  if (seen === undefined) return apart(find(text))
  const place = (at: number) => seen.at[at] ?? text.length
  const more = find(seen.text).map(({ start, end, kind }) => ({ start: place(start), end: place(end - 1) + 1, kind }))
  return apart([...find(text), ...more])
}

/** The secrets that a text holds, in their order, never one within another. */
export const secretsIn = (text: string, values: readonly (readonly [string, string])[] = []): readonly SecretAt[] =>
  alsoSeen(text, (one) => written(one, values))

const written = (text: string, values: readonly (readonly [string, string])[]): readonly SecretAt[] => {
  const found: SecretAt[] = []
  for (const [name, value] of values) {
    for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + value.length))
      found.push({ start: at, end: at + value.length, kind: `the value of ${name}` })
  }
  for (const kind of secretKinds) if (kind.signs.some((sign) => text.includes(sign))) found.push(...ofKind(text, kind))
  return found
}

const ofKind = (text: string, { name, shape, isReal }: SecretKind): readonly SecretAt[] => {
  const found: SecretAt[] = []
  for (const match of text.matchAll(shape)) {
    const [whole, groups = {}] = [match[0], match.groups]
    const secret = groups["secret"] ?? whole
    // The last place: what the secret is called may read the same.
    const start = match.index + (groups["secret"] === undefined ? 0 : whole.lastIndexOf(secret))
    if (isReal !== undefined && !isReal(secret, groups, nameBefore(text, match.index, start))) continue
    found.push({ start, end: start + secret.length, kind: name })
  }
  return found
}

/** What a secret is called where it stands, with what comes before the telling word. */
const nameBefore = (text: string, from: number, to: number): string => text.slice(Math.max(0, from - 40), to).replace(/["'`\]\s:=>]+$/, "")

/** The first and longest of those that overlap, which is the most telling of them. */
const apart = (found: readonly SecretAt[]): readonly SecretAt[] => {
  const kept: SecretAt[] = []
  for (const one of found.toSorted((a, b) => a.start - b.start)) {
    const last = kept.at(-1)
    if (last === undefined || one.start >= last.end) kept.push(one)
    else if (one.end > last.end) kept[kept.length - 1] = { ...last, end: one.end }
  }
  return kept
}

/** What stands in the place of a secret: plain in YAML, JSON and Markdown, and no secret itself. */
const instead = (kind: string): string => `(redacted ${kind.replace(/^(?:an?|the) /, "")})`

/** The text without these secrets. */
export const without = (text: string, secrets: readonly SecretAt[]): string =>
  secrets.toReversed().reduce((rest, { start, end, kind }) => rest.slice(0, start) + instead(kind) + rest.slice(end), text)

/** The text without its secrets; the very same text when there are none. */
export const redacted = (text: string, values: readonly (readonly [string, string])[] = []): string => {
  const secrets = secretsIn(text, values)
  return secrets.length === 0 ? text : without(text, secrets)
}

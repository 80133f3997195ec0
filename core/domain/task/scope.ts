import picomatch from "picomatch"

const brackets = [
  ["{", "}"],
  ["[", "]"],
  ["(", ")"],
] as const

/** Why a text is no glob of paths inside the repository, or nothing when it is one. */
export const globFault = (glob: string): string | undefined => {
  if (glob.trim() === "") return "is empty"
  if (glob.startsWith("/") || /^[A-Za-z]:[\\/]/.test(glob)) return "is an absolute path; scopes are relative to the repository"
  if (glob.split("/").includes("..")) return 'leads outside with ".."'
  if (glob.startsWith("!")) return "excludes; a scope only names what is included"
  const bare = glob.replace(/\\./g, "")
  for (const [open, close] of brackets) if (bare.split(open).length !== bare.split(close).length) return `has an unbalanced ${open}`
  return undefined
}

const magic = /[*?[\]{}()!+@\\]/

/** A name with an extension is a file; `docs/v1.2/` with its slash is a folder all the same. */
const file = /[^/]\.[a-z]\w*$/i

const trimmed = (glob: string): string =>
  glob
    .replace(/^(?:\.\/)+/, "")
    .replace(/\/+$/, glob.endsWith("/") && (magic.test(glob) || file.test(glob.replace(/\/+$/, ""))) ? "/**" : "")

/** Whether a path lies in a scope. A glob without wildcards means that file, or, without an extension, everything in that folder. */
export const inScope = (scope: readonly string[]): ((path: string) => boolean) => {
  const tests = scope.map(trimmed).map((glob) => {
    if (glob === "." || glob === "") return () => true
    if (!magic.test(glob)) return (path: string) => path === glob || (!file.test(glob) && path.startsWith(`${glob}/`))
    return picomatch(glob, { dot: true })
  })
  return (path) => tests.some((test) => test(path))
}

const most = 64

/** `a{b,c}d` as `abd`, `acd`; nothing when there would be too many or the braces are more than a plain list. */
const withoutBraces = (glob: string): readonly string[] | undefined => {
  const open = /\{([^{}]*)\}/.exec(glob)
  if (!open) return /[{}]/.test(glob) ? undefined : [glob]
  const inner = open[1] ?? ""
  if (!inner.includes(",") || inner.includes("..")) return undefined
  const all: string[] = []
  for (const part of inner.split(",")) {
    const some = withoutBraces(glob.slice(0, open.index) + part + glob.slice(open.index + open[0].length))
    if (!some) return undefined
    all.push(...some)
    if (all.length > most) return undefined
  }
  return all
}

type Segments = readonly string[]

const everything: Segments = ["**"]

/**
 * A glob as lists of segments of literals, `*`, `?` and `**`. Whatever else a glob can say becomes a wildcard that takes more.
 * Case and Unicode form are levelled, because some file systems do that as well.
 */
const alternatives = (glob: string): readonly Segments[] => {
  const plain = trimmed(glob).normalize("NFC").toLowerCase()
  if (plain === "" || plain === ".") return [everything]
  if (!magic.test(plain)) return [file.test(plain) ? plain.split("/") : [...plain.split("/"), "**"]]
  // Groups, escapes and negations may hold a slash.
  if (/[()\\!]/.test(plain)) return [everything]
  const flat = withoutBraces(plain)
  if (!flat) return [everything]
  return flat.map((one) => {
    const segments = one.split("/").filter((part) => part !== "" && part !== ".")
    return segments.map((part) => (part === "**" ? part : /[[\]+@]/.test(part) ? "*" : part.replace(/\*+/g, "*")))
  })
}

/** Whether two lists of symbols can stand for one and the same list, where some symbols stand for any number of others. */
const meet = <A>(a: readonly A[], b: readonly A[], many: (one: A) => boolean, same: (one: A, other: A) => boolean): boolean => {
  const known = new Map<number, boolean>()
  const from = (i: number, j: number): boolean => {
    const place = i * (b.length + 1) + j
    const before = known.get(place)
    if (before !== undefined) return before
    const one = a[i]
    const other = b[j]
    let answer: boolean
    if (one !== undefined && many(one)) answer = from(i + 1, j) || (other !== undefined && from(i, j + 1))
    else if (other !== undefined && many(other)) answer = from(i, j + 1) || (one !== undefined && from(i + 1, j))
    else if (one === undefined || other === undefined) answer = one === other
    else answer = same(one, other) && from(i + 1, j + 1)
    known.set(place, answer)
    return answer
  }
  return from(0, 0)
}

const segmentsMeet = (a: string, b: string): boolean =>
  a === b ||
  meet(
    Array.from(a),
    Array.from(b),
    (char) => char === "*",
    (one, other) => one === other || one === "?" || other === "?",
  )

const prepared = new Map<string, readonly Segments[]>()

const segmentsOf = (glob: string): readonly Segments[] => {
  const before = prepared.get(glob)
  if (before) return before
  // Only a memory of a pure function; bounded, for programs that live long.
  if (prepared.size > 10_000) prepared.clear()
  const made = alternatives(glob)
  prepared.set(glob, made)
  return made
}

const globsMeet = (a: string, b: string): boolean =>
  segmentsOf(a).some((one) => segmentsOf(b).some((other) => meet(one, other, (part) => part === "**", segmentsMeet)))

/**
 * The first pair of globs of two scopes that could name the same path; nothing when none can.
 *
 * It may see an overlap where there is none, but never misses one. A task without a declared scope overlaps with nobody:
 * nothing is known, and sequencing all such tasks would end all parallel work.
 */
export const overlap = (a: readonly string[], b: readonly string[]): readonly [string, string] | undefined => {
  for (const one of a) for (const other of b) if (globsMeet(one, other)) return [one, other]
  return undefined
}

export interface Overlap<K> {
  readonly a: K
  readonly b: K
  readonly globs: readonly [string, string]
}

/** All pairs of tasks whose scopes overlap, for the report of a dry run. */
export const overlapReport = <K>(tasks: readonly { readonly key: K; readonly scope: readonly string[] }[]): readonly Overlap<K>[] =>
  tasks.flatMap((one, index) =>
    tasks.slice(index + 1).flatMap((other) => {
      const globs = overlap(one.scope, other.scope)
      return globs ? [{ a: one.key, b: other.key, globs }] : []
    }),
  )

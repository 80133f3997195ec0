import { plainLine } from "../text/plainText.ts"

/** What a landing may bring that is seldom meant. */
export const oddKinds = ["env", "keys", "tests", "binaries", "dependencies"] as const
export type OddKind = (typeof oddKinds)[number]

/** One path of a landing, and why it is odd. */
export interface Oddity {
  readonly kind: OddKind
  readonly path: string
}

/** One change of a file, as a landing would make it. */
export interface Change {
  readonly how: "added" | "changed" | "removed"
  readonly path: string
  /** Bytes of what it is then. */
  readonly size: number
}

/** Whole files beyond this are seldom source. */
const largeBytes = 5_000_000

/** Templates without values are made to be committed. */
const env = /(?:^|\/)\.env(?:\.(?!(?:example|sample|template|dist|defaults?)$)[^/]*)?$/i
const keys = /(?:^|\/)(?:id_(?:rsa|dsa|ecdsa|ed25519)|[^/]+\.(?:pem|key|p12|pfx|jks|keystore|ppk)|\.(?:netrc|pgpass|htpasswd))$/i
const dependencies = /(?:^|\/)(?:node_modules|bower_components|\.venv|venv|site-packages|__pycache__|\.tox|\.gradle)\//
const tests =
  /(?:^|\/)(?:__tests__|tests?|specs?|evals?)\/|(?:^|\/)(?:test_[^/]+\.py|[^/]+_test\.(?:go|py|rb|exs?)|[^/]+[._](?:test|spec)\.[^/.]+|[^/]+Tests?\.(?:java|kt|cs))$/

/** Whether a path is that of a test, as most projects name them. */
export const isTest = (path: string): boolean => tests.test(path)

/** Globs that name the tests among some paths: the folders that hold them, or how their names end. */
export const testGlobs = (paths: readonly string[]): readonly string[] =>
  [
    ...new Set(
      paths
        .filter((path) => isTest(path) && !dependencies.test(path))
        .map((path) => {
          const folder = /^(?:.*\/)?(?:__tests__|tests?|specs?|evals?)(?=\/)/.exec(path)?.[0]
          if (folder !== undefined) return `${folder}/**`
          const name = path.slice(path.lastIndexOf("/") + 1)
          return `**/${name.startsWith("test_") ? "test_*.py" : name.replace(/^.*?(?=[._](?:test|spec)\.|Tests?\.)/, "*")}`
        }),
    ),
  ].slice(0, 5)

/** What of a landing is odd; of a whole folder of dependencies each file counts, and `tellOddities` says it once. */
export const oddities = (changes: readonly Change[]): readonly Oddity[] =>
  changes.flatMap(({ how, path, size }): readonly Oddity[] => {
    if (how === "removed") return isTest(path) && !dependencies.test(path) ? [{ kind: "tests", path }] : []
    if (how === "added" && dependencies.test(path)) return [{ kind: "dependencies", path }]
    if (env.test(path)) return [{ kind: "env", path }]
    if (how === "added" && keys.test(path)) return [{ kind: "keys", path }]
    return how === "added" && size > largeBytes ? [{ kind: "binaries", path }] : []
  })

const words: Readonly<Record<OddKind, string>> = {
  env: "it brings environment files",
  keys: "it brings files that keys stand in",
  tests: "it removes tests",
  binaries: "it brings very large files",
  dependencies: "it brings installed dependencies",
}

const most = 3

/** All of them in one sentence. */
export const tellOddities = (found: readonly Oddity[]): string =>
  oddKinds
    .flatMap((kind) => {
      const paths = found.filter((one) => one.kind === kind).map(({ path }) => plainLine(path))
      const more = paths.length > most ? ` and ${paths.length - most} more` : ""
      return paths.length === 0 ? [] : [`${words[kind]}: ${paths.slice(0, most).join(", ")}${more}`]
    })
    .join("; ")

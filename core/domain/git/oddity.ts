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
  /** Where it was, when it was moved. */
  readonly from?: string
  /** Bytes of what it is then, and of what it was. */
  readonly size: number
  readonly before?: number
  /** Not a text, as its first bytes tell; only known of what is large enough to matter. */
  readonly binary?: boolean
}

/** Whole files beyond this are seldom source, and what is no text already beyond this. */
const largeBytes = 5_000_000
export const binaryBytes = 500_000
/** What is larger is odd in any case. */
export const lookedBytes = largeBytes

/** Whether bytes are those of no text: git's own rule, and a text of two bytes a letter says at its start that it is one. */
export const isBinary = (beginning: Uint8Array): boolean => {
  const [first, second] = beginning
  const wide = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  return !wide && beginning.subarray(0, 8000).includes(0)
}

/** Pictures, fonts and sounds are meant, up to a size at which they are a burden to each clone. */
const media = /\.(?:png|jpe?g|gif|webp|avif|ico|woff2?|ttf|otf|mp[34]|ogg|webm|pdf)$/i

/** Templates without values are made to be committed. */
const env =
  /(?:^|\/)(?:\.env(?:\.(?!(?:example|sample|template|dist|defaults?)$)[^/]*)?|(?!(?:example|sample|template|dist|defaults?)\.)[^/.][^/]*\.env|\.dev\.vars)$/i
const keys = /(?:^|\/)(?:id_(?:rsa|dsa|ecdsa|ed25519)|[^/]+\.(?:pem|key|p8|p12|pfx|jks|keystore|ppk|kdbx)|\.(?:netrc|pgpass|htpasswd))$/i
const dependencies =
  /(?:^|\/)(?:node_modules|bower_components|jspm_packages|\.pnpm-store|\.yarn\/(?:cache|unplugged)|\.venv|venv|site-packages|__pycache__|\.tox|\.nox|\.eggs|\.gradle|Pods|\.bundle|elm-stuff|_build|deps\/[^/]+\/ebin)\//
/** Folders that installed or built things stand in, where a file of them tells so: others call a folder of their own by these names. */
const marked: readonly { readonly folder: RegExp; readonly by: RegExp }[] = [
  {
    folder: /^(?:.*\/)?vendor\//,
    by: /vendor\/(?:modules\.txt|autoload\.php|composer\/|bundle\/|cache\/|[^/]+\/[^/]+\/(?:composer\.json|go\.mod|LICENSE))/,
  },
  { folder: /^(?:.*\/)?target\//, by: /target\/(?:CACHEDIR\.TAG|\.rustc_info\.json|(?:debug|release)\/|classes\/|maven-status\/)/ },
  { folder: /^(?:.*\/)?(?:env|\.?virtualenv)\//, by: /\/(?:pyvenv\.cfg|bin\/activate|Scripts\/activate)$/ },
]
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

/** The folders among some changes that hold what was installed or built, as their own files tell. */
const installedFolders = (changes: readonly Change[]): ReadonlySet<string> =>
  new Set(
    changes.flatMap(({ how, path }) =>
      how === "added" ? marked.flatMap(({ folder, by }) => (by.test(path) ? (folder.exec(path)?.[0] ?? []) : [])) : [],
    ),
  )

/** What of a landing is odd; of a whole folder of dependencies each file counts, and `tellOddities` says it once. */
export const oddities = (changes: readonly Change[]): readonly Oddity[] => {
  const installed = installedFolders(changes)
  const isInstalled = (path: string) =>
    dependencies.test(path) || (installed.size > 0 && marked.some(({ folder }) => installed.has(folder.exec(path)?.[0] ?? "")))
  return changes.flatMap(({ how, path, from = path, size, before = 0, binary }): readonly Oddity[] => {
    if (isTest(from) && (!isTest(path) || size * 10 < before) && !dependencies.test(from)) return [{ kind: "tests", path: from }]
    if (how === "removed") return isTest(path) && !dependencies.test(path) ? [{ kind: "tests", path }] : []
    if (how === "added" && isInstalled(path)) return [{ kind: "dependencies", path }]
    if (env.test(path)) return [{ kind: "env", path }]
    if (how === "added" && keys.test(path)) return [{ kind: "keys", path }]
    const becomes = (limit: number) => before <= limit && size > limit
    const large = becomes(largeBytes) || (binary === true && becomes(binaryBytes) && !media.test(path))
    return large ? [{ kind: "binaries", path }] : []
  })
}

const words: Readonly<Record<OddKind, string>> = {
  env: "it brings environment files",
  keys: "it brings files that keys stand in",
  tests: "it removes tests",
  binaries: "it brings very large files, or large ones that are no text",
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

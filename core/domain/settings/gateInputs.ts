import type { GateTerms } from "./gateTerms.ts"
import { inScope } from "../task/scope.ts"

/** A path of the target's tree; `link` is where a symbolic link points, as it is written in it. */
export interface Listed {
  readonly path: string
  readonly link?: string
}

/** What judges besides the settings: files by name, and every path, there or not yet, that a glob protects. */
export interface GateInputs {
  readonly files: ReadonlySet<string>
  readonly has: (path: string) => boolean
}

/** The settings file; it is an input only where its judging part differs, which no path can tell. */
export const settingsPath = "osier.yaml"

/** `./a//b/../c` as `a/c`; nothing when it is absolute or leads outside. */
const plainPath = (word: string): string | undefined => {
  if (word === "" || word.startsWith("/")) return undefined
  const parts: string[] = []
  for (const part of word.split("/")) {
    if (part === "" || part === ".") continue
    if (part !== "..") parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.join("/")
}

/** Follows a name through symbolic links in the listing: every link on the way and the file at its end. */
const reached = (name: string, listed: ReadonlyMap<string, Listed>): readonly string[] => {
  const found: string[] = []
  let path: string | undefined = name
  // As many hops as a kernel takes; a circle ends here.
  for (let hop = 0; hop < 40 && path !== undefined; hop++) {
    const parts: readonly string[] = path.split("/")
    const depth = parts.findIndex((_, index) => listed.get(parts.slice(0, index + 1).join("/"))?.link !== undefined)
    if (depth < 0) {
      if (listed.has(path)) found.push(path)
      return found
    }
    const link: string = parts.slice(0, depth + 1).join("/")
    const to: string | undefined = listed.get(link)?.link
    found.push(link)
    path =
      to === undefined || to.startsWith("/") ? undefined : plainPath([...parts.slice(0, depth), to, ...parts.slice(depth + 1)].join("/"))
  }
  return found
}

/** Programs that run the file they are given. */
const interpreters =
  /^(?:.*\/)?(?:sh|bash|dash|zsh|ksh|fish|node|deno|bun|tsx|python[\d.]*|ruby|perl|php|make|env|exec|source|\.|time|npx)$/
/** Words that a command can stand behind in a shell's text. */
const leading = /^(?:!|\{|if|then|elif|else|do|while|until|[A-Za-z_]\w*=.*)$/

/**
 * The words of a shell's text that are run: a command's own name, and what an interpreter is given. Others are not, because
 * `grep -q x src/app.ts` reads the work itself, and work must be free to change.
 */
const runBy = (text: string): readonly string[] =>
  text.split(/[;&|\n()`]|\$\(/).flatMap((command) => {
    const words = command.split(/\s+/).map((word) => word.replace(/^["']+|["']+$/g, ""))
    const start = words.findIndex((word) => word !== "" && !leading.test(word))
    const first = words[start]
    if (first === undefined) return []
    return interpreters.test(first) ? words.slice(start) : [first]
  })

const shells = /^(?:.*\/)?(?:sh|bash|dash|zsh|ksh)$/

/** The names that a command may hold: its words, the values of `--flag=path`, and what a shell's `-c` text runs. */
const namesIn = (run: readonly string[]): readonly string[] => {
  const shell = run.findIndex((word) => shells.test(word))
  const flag = shell < 0 ? -1 : run.findIndex((word, index) => index > shell && /^-[a-z]*c$/.test(word))
  return run.flatMap((word, index) => {
    const value = /^[\w.-]+=(.+)$/s.exec(word)?.[1]
    return [word, ...(value === undefined ? [] : [value]), ...(flag >= 0 && index === flag + 1 ? runBy(word) : [])]
  })
}

/** Which paths of the target judge: words of gates and set-up steps that name a file there, and what `protect` covers. */
export const gateInputs = (terms: GateTerms, listing: Iterable<Listed>): GateInputs => {
  const listed = new Map([...listing].map((one) => [one.path, one]))
  const words = [...terms.gates, ...terms.setup].flatMap((command) => namesIn(command.run))
  const named = words.flatMap((word) => {
    const path = plainPath(word)
    return path === undefined || path === "" ? [] : reached(path, listed)
  })
  const inGlobs = inScope(terms.gates.flatMap((gate) => gate.protect))
  // `**` becomes a regular expression's dot, which stops at a line break: a name with one would slip through.
  const protects = (path: string) => inGlobs(path.replace(/[\n\r\u2028\u2029]/g, "_"))
  const guarded = [...listed.keys()].filter(protects)
  // What a protected link leads to is protected as well.
  const files = new Set([...named, ...guarded.flatMap((path) => [path, ...reached(path, listed)])])
  return { files, has: (path) => files.has(path) || protects(path) }
}

/** Where tests usually live; changed ones are shown to whoever reviews, because a task must be able to add a test. */
const testFile = /(?:^|\/)(?:tests?|__tests__|specs?|e2e)\/|[._-](?:test|spec)s?\.[^/]+$|(?:^|\/)test_[^/]+\.py$/

/** The changed paths that hold a task, and those that are only shown. */
export const touchedInputs = (
  changed: Iterable<string>,
  inputs: GateInputs,
  differs: { readonly settings: boolean; readonly scripts: (path: string) => boolean },
): { readonly held: readonly string[]; readonly shown: readonly string[] } => {
  const held: string[] = []
  const shown: string[] = []
  for (const path of new Set(changed)) {
    if (inputs.has(path) || (path === settingsPath && differs.settings)) held.push(path)
    else if (testFile.test(path) || (/(?:^|\/)package\.json$/.test(path) && differs.scripts(path))) shown.push(path)
  }
  return { held: held.toSorted(), shown: shown.toSorted() }
}

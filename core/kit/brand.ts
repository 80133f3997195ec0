import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs"
import { delimiter, join, resolve } from "node:path"

/** The variable that marks every process osier starts for a task; children inherit it, whatever session they make. */
export const markVariable = "OSIER_MARK"

/** How many bits of a brand each word of a mark has; all words behind the third share the last ones. */
const widths = [20, 18, 8, 16]
/** No limit that anybody sets by hand: 2^63, in bytes of memory. */
const base = 2n ** 63n

const wordsOf = (mark: string): readonly string[] => {
  const words = mark.split(/[:/]/)
  if (words.at(-1) === "") words.pop()
  return words.length > widths.length ? [...words.slice(0, 3), words.slice(3).join("/")] : words
}

/** A number stays one, so that an earlier can be told from a later. */
const bitsOf = (word: string, width: number): bigint =>
  BigInt.asUintN(width, /^\d+$/.test(word) ? BigInt(word) : BigInt(createHash("sha256").update(word).digest().readUInt32BE(0)))

const brandOf = (mark: string): bigint => {
  const words = wordsOf(mark)
  return widths.reduce((brand, width, index) => (brand << BigInt(width)) | bitsOf(words[index] ?? "", width), 2n)
}

/**
 * Whether a mark starts with these words; `upTo` asks in addition that the next one is a number no higher than this, as the
 * fence of an owner, so that what a later one has started is never taken for an earlier one's.
 */
export const hasMark = (found: string | undefined, mark: string, upTo?: number): boolean =>
  found?.startsWith(mark) === true && (upTo === undefined || Number.parseInt(found.slice(mark.length), 10) <= upTo)

/**
 * Whether a process, by its limits as /proc shows them, was born of work under a mark, or under one that starts with the same
 * words; `upTo` as in `hasMark`.
 */
export const isBranded = (limits: string, mark: string, upTo?: number): boolean => {
  const soft = /^Max resident set +(\d+) /m.exec(limits)?.[1]
  if (soft === undefined || BigInt(soft) < base) return false
  const words = wordsOf(mark).length
  const open = BigInt(widths.slice(words).reduce((sum, width) => sum + width, 0))
  if (BigInt(soft) >> open !== brandOf(mark) >> open) return false
  if (upTo === undefined) return true
  // Numbers go round within their bits: of two that are near each other the later one is still known.
  const width = BigInt(widths[words] ?? 0)
  const next = (BigInt(soft) >> (open - width)) & (2n ** width - 1n)
  return BigInt.asUintN(Number(width), BigInt(upTo) - next) < 2n ** (width - 1n)
}

/** The program that gives a brand; empty where there is none. */
let tool: string | undefined

/** Tried once: a sandbox may forbid it. */
const brander = (): string =>
  (tool ??= (process.platform === "linux" ? places.find((place) => existsSync(place) && works(place)) : undefined) ?? "")

const places = ["/usr/bin/prlimit", "/bin/prlimit", "/run/current-system/sw/bin/prlimit", "/usr/local/bin/prlimit"]

const works = (place: string): boolean => {
  if (!/^Max resident set +\S+ +unlimited /m.test(readFileSync("/proc/self/limits", "utf8"))) return false
  const tried = spawnSync(place, [`--rss=${brandOf("tried")}:`, "--", "cat", "/proc/self/limits"], { env: { PATH: "/usr/bin:/bin" } })
  return tried.status === 0 && isBranded(tried.stdout.toString(), "tried")
}

const canRun = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/**
 * The words that start a marked program so that its mark can't be put off. A variable is lost with `env -i`, a session with
 * `setsid`, a parent by forking twice; a limit of resources passes to every descendant. The one that is used, of resident
 * memory, means nothing to Linux. Without a mark, or where a brand can't be given, the words stay as they are; so they do when
 * the program isn't there, which is then told in the system's own words.
 */
export const branded = (argv: readonly string[], env: Readonly<Record<string, string>>, cwd: string): readonly string[] => {
  const [mark, [program = ""]] = [env[markVariable], argv]
  if (mark === undefined || program === "") return argv
  const folders = program.includes("/") ? [""] : (env["PATH"] ?? "").split(delimiter)
  if (!existsSync(cwd) || !folders.some((folder) => canRun(resolve(cwd, join(folder, program))))) return argv
  const by = brander()
  return by === "" ? argv : [by, `--rss=${brandOf(mark)}:`, "--", ...argv]
}

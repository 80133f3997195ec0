import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as fs from "node:fs/promises"
import { dirname, join } from "node:path"
import { gitHint } from "../../domain/git/gitHint.ts"
import { gitWords } from "../../domain/git/gitWords.ts"
import { quoteWord } from "../../domain/text/quoteWord.ts"
import type { GitFailed } from "./git.ts"
import type { CannotStart } from "../machine/process.ts"

/** The folder can't be used as a repository: it is none, git refuses it, or git itself is missing. */
export class NoRepository extends Data.TaggedError("NoRepository")<{
  readonly at: string
  readonly reason: string
  readonly hint: string
}> {
  override get message() {
    return `${this.at} can't be used: ${this.reason}`
  }
  readonly exit = 3
}

const none = "Go to a git repository, or name one with `-C <folder>`; `git init` makes one."

/** Why git finds no repository at a folder, in git's own words, with what helps for each cause. */
export const noRepository = Effect.fn("noRepository")(function* (at: string, error: GitFailed | CannotStart) {
  if (error._tag === "CannotStart") return new NoRepository({ at, reason: error.message, hint: error.hint })
  const said = gitWords(error.stderr).replace(/^fatal: /, "")
  const known = gitHint(error.stderr)
  if (known !== undefined) return new NoRepository({ at, reason: said, hint: known.replace("<path>", quoteWord(at)) })
  if (!error.stderr.includes("not a git repository")) {
    const hint = `osier does not know this answer of git's; \`git -C ${quoteWord(at)} status\` gives it in full.`
    return new NoRepository({ at, reason: said || `git ended with ${error.code ?? "a signal"} and no word`, hint })
  }
  const damage = yield* Effect.promise(() => damaged(at))
  return damage === undefined ? new NoRepository({ at, reason: "not a git repository", hint: none }) : new NoRepository({ at, ...damage })
})

const parts = ["HEAD", "objects", "refs"] as const

/** What stands in the place of a git directory, and is none: of the folder itself, or of the nearest one above it. */
const damaged = async (at: string): Promise<{ readonly reason: string; readonly hint: string } | undefined> => {
  for (let folder = at; ; folder = dirname(folder)) {
    const own = join(folder, ".git")
    const stat = await fs.lstat(own).catch(() => undefined)
    if (stat?.isSymbolicLink() === true && (await fs.stat(own).catch(() => undefined)) === undefined) {
      const to = await fs.readlink(own)
      return { reason: `${own} leads to ${to}, and nothing is there`, hint: `Put back what stood at ${to}, or make the link anew.` }
    }
    if (stat !== undefined) return brokenAt(own)
    if (folder === at) {
      const names: readonly string[] = await fs.readdir(folder).catch(() => [])
      if (names.includes("objects") && (names.includes("refs") || names.includes("HEAD"))) return brokenAt(folder)
    }
    if (dirname(folder) === folder) return undefined
  }
}

const brokenAt = async (own: string) => {
  const found = await fs.readdir(own).catch((error: NodeJS.ErrnoException) => error)
  if (!Array.isArray(found))
    return { reason: `${own} can't be read: ${found.message}`, hint: `\`ls -ld ${quoteWord(own)}\` tells whose it is.` }
  const missing = parts.filter((part) => !found.includes(part))
  if (missing.length === 0) {
    const head = (await fs.readFile(join(own, "HEAD"), "utf8").catch(() => "")).trim()
    const reason = `${own} is damaged: git takes its HEAD for none (${head === "" ? "it is empty or can't be read" : head.slice(0, 80)})`
    return { reason, hint: mendHead(own) }
  }
  const reason = `${own} is damaged: it has no ${missing.join(", no ")}`
  const hint =
    missing.length === 1 && missing[0] === "HEAD"
      ? mendHead(own)
      : "Bring it back from a backup or a clone; nothing of osier's can make it whole."
  return { reason, hint }
}

const mendHead = (own: string): string =>
  `HEAD names the branch that is checked out. If that was main: \`printf 'ref: refs/heads/main\\n' > ${quoteWord(join(own, "HEAD"))}\`.`

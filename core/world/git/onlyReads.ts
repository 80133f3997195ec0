/** Commands of git that change nothing, as osier calls them, so that one that was killed can simply be asked again. */
const readers = new Set([
  "cat-file",
  "check-ignore",
  "diff",
  "diff-tree",
  "for-each-ref",
  "log",
  "ls-files",
  "ls-tree",
  "merge-base",
  "rev-list",
  "rev-parse",
  "status",
  "var",
])

/** Those that are done in a moment, however big the repository is. */
const short = new Set(["check-ignore", "ls-tree", "rev-parse", "var"])

const withValue = new Set(["--git-dir", "--work-tree", "-C", "-c"])

/** The command among git's arguments, and what follows it. */
export const subcommand = (args: readonly string[]): { readonly name: string; readonly rest: readonly string[] } => {
  let at = 0
  while (args[at]?.startsWith("-") === true) at += withValue.has(args[at] ?? "") ? 2 : 1
  return { name: args[at] ?? "", rest: args.slice(at + 1) }
}

/** Whether a git command with these arguments only reads. */
export const onlyReads = (args: readonly string[]): boolean => readers.has(subcommand(args).name)

/** Whether a git command with these arguments only reads, and little. */
export const isShort = (args: readonly string[]): boolean => short.has(subcommand(args).name)

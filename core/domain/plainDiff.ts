/**
 * The options of every diff that is parsed or shown: no program of anybody's makes it, no preference of anybody's shapes it,
 * so that it says the same to everybody.
 */
export const plainDiff: readonly string[] = [
  "--no-ext-diff",
  "--no-textconv",
  "--no-color",
  "--no-color-moved",
  "--no-relative",
  "--src-prefix=a/",
  "--dst-prefix=b/",
  "--diff-algorithm=myers",
  "--indent-heuristic",
  "--unified=3",
  "--inter-hunk-context=0",
  "--submodule=short",
  "--ignore-submodules=none",
  "-O/dev/null",
]

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
  "--submodule=short",
  "--ignore-submodules=none",
  "-O/dev/null",
]

/** How much stands around a change. As options these would ask for a patch beside whatever else is asked for. */
export const plainContext: Readonly<Record<string, string>> = { "diff.context": "3", "diff.interHunkContext": "0" }

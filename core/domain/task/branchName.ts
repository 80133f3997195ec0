/** Why git would refuse this as the name of a branch, or nothing when it is fine; the rules of `git check-ref-format --branch`. */
export const branchFault = (name: string): string | undefined => {
  if (name === "") return "is empty"
  if (name.startsWith("-")) return "starts with a hyphen"
  if (name === "HEAD" || name === "@") return `is ${name}, which means something else to git`
  // eslint-disable-next-line no-control-regex -- control characters are exactly what is looked for
  const bad = /[\u0000-\u0020\u007f~^:?*[\\]/.exec(name)
  if (bad) return `contains ${JSON.stringify(bad[0])}`
  if (name.includes("..")) return 'contains ".."'
  if (name.includes("@{")) return 'contains "@{"'
  if (name.endsWith(".")) return "ends with a dot"
  for (const part of name.split("/")) {
    if (part === "") return "has an empty part"
    if (part.startsWith(".")) return "has a part that starts with a dot"
    if (part.endsWith(".lock")) return 'has a part that ends with ".lock"'
    // A part is the name of a file, and git needs some bytes of it for a lock.
    if (new TextEncoder().encode(part).length > 200) return "has a part of more than 200 bytes"
  }
  return undefined
}

/** The branch of a task, from a pattern such as `task/{slug}-{id}`. */
export const branchName = (pattern: string, task: { readonly slug: string; readonly id: number }): string =>
  pattern.replaceAll("{slug}", () => task.slug).replaceAll("{id}", () => String(task.id))

/** Why a pattern can't make branch names, or nothing when it can. Without `{id}` two tasks of one title would share a branch. */
export const branchPatternFault = (pattern: string): string | undefined => {
  if (!pattern.includes("{id}")) return "has no {id}, so two tasks could get the same branch"
  const unknown = /\{(?!slug\}|id\})[^}]*\}?/.exec(pattern)
  if (unknown) return `contains ${unknown[0]}; only {slug} and {id} are known`
  return branchFault(branchName(pattern, { slug: "slug", id: 1 }))
}

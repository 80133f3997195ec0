import { createHash } from "node:crypto"
import type { CommitFields, GitObject, TreeEntry } from "../../core/world/git/objects.ts"
import { RefFailed, SwapLost } from "../../core/world/git/refs.ts"
import type { Expect, Swap } from "../../core/world/git/refs.ts"

/** What a transaction did, for those who watch over the store. */
export interface Moved {
  readonly ref: string
  readonly from: string | undefined
  readonly to: string | undefined
}

/**
 * A repository's objects and refs in memory, with git's own answers: what is shared by all processes of a simulation. Two
 * that are given the same objects differ in their refs alone.
 */
export const simStore = (objects = new Map<string, GitObject>()) => {
  const refs = new Map<string, string>()

  const write = (type: GitObject["type"], data: Buffer): string => {
    const oid = createHash("sha1").update(`${type} ${data.length}\0`).update(data).digest("hex")
    objects.set(oid, { oid, type, data })
    return oid
  }

  const headerOf = (commit: GitObject | undefined, key: string): string | undefined =>
    commit?.type === "commit" ? new RegExp(`^${key} ([0-9a-f]{40})$`, "m").exec(commit.data.toString())?.[1] : undefined

  const read = (name: string): GitObject | undefined => {
    const [base = "", path] = name.split(":", 2)
    const peeled = base.endsWith("^{tree}")
    const found = resolve(peeled ? base.slice(0, -7) : base)
    if (!peeled && path === undefined) return found
    const tree = objects.get(headerOf(found, "tree") ?? "")
    if (path === undefined) return tree
    return objects.get(entriesOf(tree).find((entry) => entry.name === path)?.oid ?? "")
  }
  const resolve = (name: string): GitObject | undefined => objects.get(/^[0-9a-f]{40}$/.test(name) ? name : (refs.get(name) ?? ""))

  const swap = (swaps: readonly Swap[], expect: readonly Expect[] = []): SwapLost | RefFailed | undefined => {
    const names = [...swaps, ...expect].map(({ ref }) => ref)
    const expected = [...expect, ...swaps.map(({ ref, from }) => ({ ref, at: from }))]
    const moved = expected.find(({ ref, at }) => refs.get(ref) !== at)
    if (moved !== undefined) return new SwapLost({ refs: names, said: `${moved.ref} is elsewhere` })
    for (const { ref, to } of swaps) {
      if (to !== undefined && !objects.has(to)) return new RefFailed({ refs: names, reason: `${ref}: nonexistent object ${to}` })
      const other = [...refs.keys()].find((known) => known.startsWith(`${ref}/`) || ref.startsWith(`${known}/`))
      if (to !== undefined && other !== undefined)
        return new RefFailed({ refs: names, reason: `'${other}' exists; cannot create '${ref}'` })
    }
    for (const { ref, to } of swaps) {
      if (to === undefined) refs.delete(ref)
      else refs.set(ref, to)
    }
    return undefined
  }

  return {
    objects,
    read,
    ref: (name: string) => refs.get(name),
    list: (prefix: string): ReadonlyMap<string, string> =>
      new Map([...refs].filter(([name]) => name.startsWith(prefix)).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    swap,
    writeBlob: (data: string | Uint8Array) => write("blob", Buffer.from(data)),
    writeTree: (entries: readonly TreeEntry[]) => write("tree", encodeTree(entries)),
    writeCommit: (fields: CommitFields) => write("commit", encodeCommit(fields)),
  }
}

export type SimStore = ReturnType<typeof simStore>

const encodeTree = (entries: readonly TreeEntry[]): Buffer =>
  Buffer.concat(
    entries
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap(({ mode, name, oid }) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, "hex")]),
  )

const entriesOf = (tree: GitObject | undefined): { readonly name: string; readonly oid: string }[] => {
  const entries: { name: string; oid: string }[] = []
  for (let at = 0; tree !== undefined && at < tree.data.length;) {
    const end = tree.data.indexOf(0, at)
    const name = tree.data.subarray(tree.data.indexOf(32, at) + 1, end).toString()
    entries.push({ name, oid: tree.data.subarray(end + 1, end + 21).toString("hex") })
    at = end + 21
  }
  return entries
}

const encodeCommit = (fields: CommitFields): Buffer =>
  Buffer.from(
    [
      `tree ${fields.tree}`,
      ...fields.parents.map((parent) => `parent ${parent}`),
      `author ${fields.author}`,
      `committer ${fields.committer}`,
      "",
      fields.message.endsWith("\n") ? fields.message : `${fields.message}\n`,
    ].join("\n"),
  )

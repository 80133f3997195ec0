import * as fs from "node:fs/promises"
import { join } from "node:path"
import { fewAtATime, unlessAbsent } from "../machine/patience.ts"

/**
 * Reads refs from the files that hold them, without a git process. Only what git would print without a second thought is
 * answered: anything odd, another ref format, or very many loose files is `undefined`, and git itself has to be asked.
 */
export const refFiles = (commonDir: string) => {
  let packed: Packed | undefined

  const packedNow = async (): Promise<Packed | undefined> => {
    const path = join(commonDir, "packed-refs")
    const stat = await unlessAbsent(() => fs.stat(path, { bigint: true }))
    const state = stat === undefined ? "none" : [stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(" ")
    if (packed?.state === state) return packed
    const text = stat === undefined ? "" : await unlessAbsent(() => fs.readFile(path, "utf8"))
    const refs = text === undefined ? undefined : parsePacked(text)
    // Replaced while it was read: what was read may be of either file.
    const after = await unlessAbsent(() => fs.stat(path, { bigint: true }))
    if (refs === undefined || after?.ino !== stat?.ino || after?.mtimeNs !== stat?.mtimeNs) return undefined
    packed = { state, refs }
    return packed
  }

  /** Every ref below a prefix that ends in a slash, in the order of their names. */
  return async (prefix: string): Promise<ReadonlyMap<string, string> | undefined> => {
    if (!/^refs\/(?:.*\/)?$/.test(prefix)) return undefined
    if ((await unlessAbsent(() => fs.stat(join(commonDir, "reftable")))) !== undefined) return undefined
    // Loose first: git writes a packed ref before it takes the loose one away.
    const loose = await looseBelow(commonDir, prefix)
    const others = await packedNow()
    if (loose === undefined || others === undefined) return undefined
    const found = new Map([...others.refs].filter(([ref]) => ref.startsWith(prefix)))
    for (const [ref, said] of loose) {
      const oid = said.startsWith("ref: ") ? await followed(commonDir, said.slice(5), others.refs) : said
      if (oid === undefined) return undefined
      found.set(ref, oid)
    }
    return new Map([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  }
}

interface Packed {
  /** What tells this state of the file from every other. */
  readonly state: string
  readonly refs: ReadonlyMap<string, string>
}

/** Above so many loose files one git process is quicker. */
const looseMost = 400

const oidText = /^([0-9a-f]{40}|[0-9a-f]{64})\s*$/
const zeros = /^0+$/
/** Names that need no second look: git has rules for many more. */
const isPlain = (ref: string): boolean =>
  /^refs(?:\/[^/]+)+$/.test(ref) && !/[\s\p{Cc}~^:?*[\\]|\.\.|@\{|\/\.|\.(?:\/|$)|\.lock(?:\/|$)/u.test(ref)

const parsePacked = (text: string): ReadonlyMap<string, string> | undefined => {
  const refs = new Map<string, string>()
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#") || line.startsWith("^")) continue
    const space = line.indexOf(" ")
    const [oid, ref] = [line.slice(0, space), line.slice(space + 1)]
    if (!oidText.test(oid) || zeros.test(oid) || !isPlain(ref)) return undefined
    refs.set(ref, oid)
  }
  return refs
}

/** What each loose file below a prefix says, an id or `ref: <name>`; undefined when git has to be asked. */
const looseBelow = async (commonDir: string, prefix: string): Promise<ReadonlyMap<string, string> | undefined> => {
  const names: string[] = []
  const walk = async (folder: string): Promise<boolean> => {
    const entries = (await unlessAbsent(() => fs.readdir(join(commonDir, folder), { withFileTypes: true }))) ?? []
    for (const entry of entries) {
      const path = `${folder}${entry.name}`
      if (entry.isDirectory()) {
        if (!(await walk(`${path}/`))) return false
      } else if (!entry.isFile()) return false
      else if (!path.endsWith(".lock")) names.push(path)
    }
    return names.length <= looseMost
  }
  if (!(await walk(prefix)) || !names.every(isPlain)) return undefined
  const texts = await fewAtATime(names, (name) => unlessAbsent(() => fs.readFile(join(commonDir, name), "utf8")))
  const found = new Map<string, string>()
  for (const [at, text] of texts.entries()) {
    const name = names[at]
    // Gone since the folder was read: packed, or deleted.
    if (name === undefined || text === undefined) continue
    const said = saidBy(text)
    if (said === undefined) return undefined
    found.set(name, said)
  }
  return found
}

const saidBy = (text: string): string | undefined => {
  const oid = oidText.exec(text)?.[1]
  if (oid !== undefined) return zeros.test(oid) ? undefined : oid
  const target = /^ref:\s*(\S+)\s*$/.exec(text)?.[1]
  return target !== undefined && isPlain(target) ? `ref: ${target}` : undefined
}

/** Where a symbolic ref leads; undefined when it leads nowhere, or too far. */
const followed = async (commonDir: string, name: string, packed: ReadonlyMap<string, string>): Promise<string | undefined> => {
  let at = name
  for (let steps = 0; steps < 5; steps++) {
    const text = await unlessAbsent(() => fs.readFile(join(commonDir, at), "utf8"))
    if (text === undefined) return packed.get(at)
    const said = saidBy(text)
    if (said === undefined || !said.startsWith("ref: ")) return said
    at = said.slice(5)
  }
  return undefined
}

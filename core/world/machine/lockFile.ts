import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { link, mkdir, open, readdir, readFile, rename, stat, unlink } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { type Liveness, ProcessIdentity } from "../../domain/lock/processIdentity.ts"
import { codeOf, patiently, unlessAbsent } from "./patience.ts"

/** What a lock file says: the process that holds it, and which of its locks this is. */
export const LockHolder = Schema.Struct({ ...ProcessIdentity.fields, nonce: Schema.String })
export type LockHolder = typeof LockHolder.Type

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(LockHolder))

/** What became of one try: taken (from a dead holder, perhaps), gone meanwhile (try again), held, or garbage that no holder wrote. */
export type Try =
  | { readonly type: "taken"; readonly inherited: boolean }
  | { readonly type: "again" }
  | { readonly type: "held"; readonly holder: LockHolder }
  | { readonly type: "garbage"; readonly ageMs: number }

const remove = (file: string) => unlessAbsent(() => unlink(file))

/** Whose a lock, or the name for one, is; undefined when it can't be told. */
export const readLockHolder = (file: string): Effect.Effect<LockHolder | undefined> =>
  Effect.promise(() => read(file).catch(() => undefined)).pipe(Effect.map((found) => (found === "garbage" ? undefined : found)))

const read = async (file: string): Promise<LockHolder | "garbage" | undefined> => {
  const text = await unlessAbsent(() => readFile(file, "utf8"))
  if (text === undefined) return undefined
  const holder = decode(text)
  return holder._tag === "Some" ? holder.value : "garbage"
}

/**
 * One party's hand on one lock path.
 *
 * The party writes its name once, into a file of its own, and takes the lock by giving that file the lock's name as well: a
 * hard link is made whole or not at all, so a lock never exists without its holder's name in it. A dead holder's lock is
 * replaced only by whoever holds `<lock>.takeover.<the dead one's nonce>`, which is a lock of the very same kind: should that
 * party die as well, its own nonce names the next one, and so on. Every step is one link or one rename, so a kill at any
 * point leaves either the old holder or the new one.
 */
export const lockFile = (path: string, self: LockHolder, liveness: (holder: LockHolder) => Promise<Liveness>) => {
  const hand: Hand = { path, self, liveness, own: `${path}.own.${self.nonce}` }
  return {
    attempt: () => attempt(hand, path),
    release: () => release(hand),
    /** Only to be called while holding the lock: then no takeover of an earlier holder can matter any more. */
    sweep: () => sweep(hand),
    forget: () => remove(hand.own),
  }
}

interface Hand {
  readonly path: string
  readonly self: LockHolder
  readonly liveness: (holder: LockHolder) => Promise<Liveness>
  /** The file with this party's name. */
  readonly own: string
}

const attempt = async (hand: Hand, target: string): Promise<Try> => {
  if (await linked(hand, target)) return { type: "taken", inherited: false }
  const holder = await read(target)
  if (holder === undefined) return { type: "again" }
  if (holder === "garbage") {
    const found = await unlessAbsent(() => stat(target))
    return found === undefined ? { type: "again" } : { type: "garbage", ageMs: Date.now() - found.mtimeMs }
  }
  if ((await hand.liveness(holder)) !== "dead") return { type: "held", holder }
  const right = `${hand.path}.takeover.${holder.nonce}`
  const got = await attempt(hand, right)
  if (got.type !== "taken") return got
  // Between our first look and the right to act, another party may have had both and be through.
  const still = await read(target)
  if (typeof still === "object" && still.nonce === holder.nonce) {
    await patiently(() => rename(right, target))
    return { type: "taken", inherited: true }
  }
  await remove(right)
  return { type: "again" }
}

const linked = async (hand: Hand, target: string): Promise<boolean> => {
  const make = () =>
    patiently(() => link(hand.own, target)).then(
      () => true,
      (cause: unknown) => {
        if (codeOf(cause) === "EEXIST") return false
        throw cause
      },
    )
  try {
    return await make()
  } catch (cause) {
    if (codeOf(cause) !== "ENOENT") throw cause
    await writeOwn(hand)
    return make()
  }
}

const writeOwn = async ({ path, own, self }: Hand): Promise<void> => {
  await patiently(() => mkdir(dirname(path), { recursive: true }))
  const file = await patiently(() => open(own, "w", 0o600))
  try {
    await file.writeFile(JSON.stringify(self))
    // Durable, or a power cut could leave a lock whose name was written but whose holder was not.
    await file.datasync()
  } finally {
    await file.close()
  }
}

const release = async ({ path, self }: Hand): Promise<void> => {
  const holder = await read(path)
  if (typeof holder === "object" && holder.nonce === self.nonce) await remove(path)
}

const sweep = async ({ path, liveness }: Hand): Promise<void> => {
  const prefix = `${basename(path)}.`
  for (const name of await patiently(() => readdir(dirname(path)))) {
    if (!name.startsWith(`${prefix}own.`) && !name.startsWith(`${prefix}takeover.`)) continue
    const file = join(dirname(path), name)
    const holder = await read(file)
    if (typeof holder === "object" && (await liveness(holder)) === "dead") await remove(file)
  }
}

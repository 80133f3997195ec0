import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Semaphore from "effect/Semaphore"
import { createHash } from "node:crypto"
import * as fs from "node:fs/promises"
import { basename, join } from "node:path"
import { deflateSync, inflateSync } from "node:zlib"
import type { RawEntry } from "../../domain/git/rawTree.ts"
import { askedAgain, conversation } from "../machine/conversation.ts"
import { pinned } from "./git.ts"
import { machineEnvironment } from "./gitEnvironment.ts"
import { passingName } from "../machine/passing.ts"
import { patiently } from "../machine/patience.ts"
import { recent } from "../machine/recent.ts"
import { Repository } from "./repository.ts"
import { Environment } from "../machine/environment.ts"

/** An object could not be read or written. */
export class ObjectFailed extends Data.TaggedError("ObjectFailed")<{ readonly name: string; readonly reason: string }> {
  override get message() {
    return `git object ${this.name}: ${this.reason}`
  }
  get hint() {
    return this.reason.includes("ENOSPC")
      ? "The disk is full: make room, then run the same command again."
      : "Run `git fsck` in the repository to see what is damaged."
  }
  readonly exit = 3
}

export interface GitObject {
  readonly oid: string
  readonly type: "blob" | "tree" | "commit" | "tag"
  readonly data: Buffer
}

export interface Looked {
  readonly oid: string
  readonly type: string
  readonly size: number
}

export type TreeEntry = Omit<RawEntry, "key">

export interface CommitFields {
  readonly tree: string
  readonly parents: readonly string[]
  readonly message: string
  /** `Name <email> seconds +0000` */
  readonly author: string
  readonly committer: string
}

/** The object database: read through one long-lived process, written in this one. Writing needs no process at all. */
export class Objects extends Context.Service<
  Objects,
  {
    /** Any name that git resolves: an id, a ref, `main^{tree}`, `<commit>:path`. Undefined when there is none. */
    readonly read: (name: string) => Effect.Effect<GitObject | undefined, ObjectFailed>
    /** The id, type and size alone. */
    readonly look: (name: string) => Effect.Effect<Looked | undefined, ObjectFailed>
    readonly writeBlob: (data: string | Uint8Array) => Effect.Effect<string, ObjectFailed>
    readonly writeTree: (entries: readonly TreeEntry[]) => Effect.Effect<string, ObjectFailed>
    readonly writeCommit: (fields: CommitFields) => Effect.Effect<string, ObjectFailed>
    /** What was written is on the disk when this returns, all of it at once: before a ref points at any of it. */
    readonly settle: Effect.Effect<void, ObjectFailed>
  }
>()("core/world/Objects") {
  static readonly layer = Layer.effect(
    Objects,
    Effect.gen(function* () {
      const { commonDir, objectFormat } = yield* Repository
      const reader = yield* conversation({
        argv: ["git", ...pinned(), "--git-dir", commonDir, "cat-file", "--batch-command"],
        cwd: commonDir,
        env: machineEnvironment(yield* Environment),
      })
      const ask = (verb: "contents" | "info", name: string) =>
        reader
          .ask(`${verb} ${name}\n`, (bytes) => readReply(bytes, verb))
          .pipe(
            askedAgain,
            Effect.mapError((error) => new ObjectFailed({ name, reason: error.message })),
          )
      // What is named by ids alone stays what it is.
      const known = recent<Reply>({ most: 4_000, bytes: 16 * 1024 * 1024, sizeOf: ({ data }) => data.length + 200 })
      const asked = Effect.fnUntraced(function* (verb: "contents" | "info", name: string) {
        const question = `${verb} ${name}`
        const reply = known.get(question) ?? (yield* ask(verb, name))
        if (reply !== undefined && lasting.test(name)) known.keep(question, reply)
        return reply
      })
      const unsettled = new Set<string>()
      const write = (type: string, data: Uint8Array) =>
        Effect.tryPromise({
          try: async () => {
            const { oid, path } = await writeLoose(join(commonDir, "objects"), objectFormat, type, data)
            unsettled.add(path)
            return oid
          },
          catch: (error) => ({ swept: isMissing(error), failed: new ObjectFailed({ name: `(new ${type})`, reason: String(error) }) }),
        }).pipe(
          // `git gc` takes away empty folders and what looks left over, also between two steps of this.
          Effect.retry({ schedule: Schedule.exponential("1 millis"), times: 9, while: ({ swept }) => swept }),
          Effect.mapError(({ failed }) => failed),
        )
      // Whoever comes while another settles waits: what it wrote may be among that.
      const settling = yield* Semaphore.make(1)
      const settle = Effect.suspend(() => {
        const paths = [...unsettled]
        return Effect.forEach(
          paths,
          (path) =>
            Effect.andThen(
              toDisk(path),
              Effect.sync(() => unsettled.delete(path)),
            ),
          {
            concurrency: 8,
            discard: true,
          },
        )
      }).pipe(settling.withPermit)
      return {
        read: (name) => Effect.map(asked("contents", name), (reply) => reply && { oid: reply.oid, type: reply.type, data: reply.data }),
        look: (name) => Effect.map(asked("info", name), (reply) => reply && { oid: reply.oid, type: reply.type, size: reply.size }),
        writeBlob: (data) => write("blob", typeof data === "string" ? Buffer.from(data) : data),
        writeTree: (entries) => write("tree", encodeTree(entries)),
        writeCommit: (fields) => write("commit", encodeCommit(fields)),
        settle,
      }
    }),
  )
}

/** An id, or what follows from one: `<id>^{tree}`, `<id>:path`. */
const lasting = /^(?:[0-9a-f]{40}|[0-9a-f]{64})(?:$|\^\{\w+\}$|:)/

interface Reply extends Looked {
  readonly type: GitObject["type"]
  readonly data: Buffer
}

const types = ["blob", "tree", "commit", "tag"] as const

/** One reply of `cat-file --batch-command`: `<oid> <type> <size>` and, for contents, the bytes and a line break. */
const readReply = (bytes: Buffer, verb: "contents" | "info"): { readonly used: number; readonly value: Reply | undefined } | undefined => {
  const end = bytes.indexOf(10)
  if (end < 0) return undefined
  const words = bytes.subarray(0, end).toString().split(" ")
  const [oid = "", typeText, sizeText] = words.slice(-3)
  const type = types.find((known) => known === typeText)
  if (type === undefined || !/^[0-9a-f]{40,64}$/.test(oid)) return { used: end + 1, value: undefined }
  const size = Number(sizeText)
  if (verb === "info") return { used: end + 1, value: { oid, type, size, data: Buffer.alloc(0) } }
  if (bytes.length < end + 1 + size + 1) return undefined
  return { used: end + 1 + size + 1, value: { oid, type, size, data: Buffer.from(bytes.subarray(end + 1, end + 1 + size)) } }
}

/** Trees sort their entries as if folders ended in a slash. */
const encodeTree = (entries: readonly TreeEntry[]): Buffer => {
  const key = (entry: TreeEntry) => Buffer.from(entry.mode === "40000" ? `${entry.name}/` : entry.name)
  return Buffer.concat(
    entries
      .toSorted((a, b) => Buffer.compare(key(a), key(b)))
      .flatMap((entry) => [Buffer.from(`${entry.mode} ${entry.name}\0`), Buffer.from(entry.oid, "hex")]),
  )
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

/** After a power cut a ref must not point at nothing. An object that was packed and pruned meanwhile is on the disk already. */
const toDisk = (path: string) =>
  Effect.tryPromise({
    try: async () => {
      const handle = await patiently(() => fs.open(path, "r")).catch(ifThere)
      if (handle === undefined) return
      try {
        await handle.datasync()
      } finally {
        await handle.close()
      }
    },
    catch: (error) => new ObjectFailed({ name: basename(path), reason: String(error) }),
  })

const isMissing = (error: unknown) => error instanceof Error && "code" in error && error.code === "ENOENT"

const ifThere = (error: unknown) => {
  if (isMissing(error)) return undefined
  throw error
}

const writeLoose = async (folder: string, format: "sha1" | "sha256", type: string, data: Uint8Array) => {
  const whole = Buffer.concat([Buffer.from(`${type} ${data.length}\0`), data])
  const oid = createHash(format).update(whole).digest("hex")
  const fan = join(folder, oid.slice(0, 2))
  const path = join(fan, oid.slice(2))
  if (await holds(path, whole)) return { oid, path }
  await patiently(() => fs.mkdir(fan, { recursive: true }))
  const beside = join(fan, `tmp_obj_${passingName()}`)
  const packed = deflateSync(whole, { level: 1 })
  try {
    const file = await patiently(() => fs.open(beside, "wx", 0o444))
    try {
      await file.writeFile(packed)
    } finally {
      await file.close()
    }
    await patiently(() => fs.rename(beside, path))
  } catch (error) {
    await fs.rm(beside, { force: true })
    throw error
  }
  return { oid, path }
}

/** Whether the object is there in one piece: what a power cut left of one is written anew. */
const holds = async (path: string, whole: Buffer): Promise<boolean> => {
  const found = await patiently(() => fs.readFile(path)).catch(ifThere)
  if (found === undefined) return false
  try {
    return inflateSync(found).equals(whole)
  } catch {
    return false
  }
}

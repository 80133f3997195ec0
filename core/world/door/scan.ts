import * as Effect from "effect/Effect"
import type { Finding } from "../../domain/secret/finding.ts"
import { secretsIn, secretValues } from "../../domain/secret/secret.ts"
import { pinned } from "../git/git.ts"
import { machineEnvironment } from "../git/gitEnvironment.ts"
import { newEntries, type NewEntry } from "./newEntries.ts"
import { ObjectFailed, Objects } from "../git/objects.ts"
import { Process } from "../machine/process.ts"
import { Repository } from "../git/repository.ts"
import { ruleSet } from "./ruleSet.ts"
import { type Hit, markOf, textScan } from "./textScan.ts"
import { Environment } from "../machine/environment.ts"

/** Up to this size a file is read in one piece, by the process that is there anyway. */
const smallBytes = 1024 * 1024
/** Larger files are not looked through, and that is told. */
const mostBytes = 256 * 1024 * 1024

interface Scanning {
  readonly objects: Objects["Service"]
  readonly processes: Process["Service"]
  readonly commonDir: string
  readonly finder: Effect.Effect<Parameters<typeof textScan>[0]>
  /** What each blob holds, so that it is looked through once. */
  readonly seen: Map<string, readonly Hit[]>
}

/** Looks through commits and files as they lie in the object database; what was looked through once is remembered. */
export const scan = Effect.gen(function* () {
  const { commonDir } = yield* Repository
  const scanning: Scanning = { objects: yield* Objects, processes: yield* Process, commonDir, finder: finder(), seen: new Map() }
  return {
    commit: (commit: string) => Effect.catch(ofCommit(scanning, commit), ({ message }) => Effect.succeed(unseen(commit, message))),
    /** What is no commit and travels all the same. */
    object: Effect.fnUntraced(function* (path: string, oid: string) {
      const hits = yield* ofBlob(scanning, oid)
      if (typeof hits === "string") return [{ where: "unseen", path, kind: hits, mark: oid } satisfies Finding]
      return hits.map(({ kind, mark }): Finding => ({ where: "object", path, kind, mark }))
    }),
  }
})

/** Finds the values of this process's own secrets, and beside them what the rules call one. */
const finder = () => {
  return Effect.map(Effect.all([ruleSet, Environment]), ([rules, variables]) => {
    const values = secretValues(variables).map(([name, value]): [string, string] => [name, Buffer.from(value).toString("latin1")])
    return (text: string) => {
      const own = secretsIn(text, values)
      const more = (rules?.(text) ?? []).filter(({ start, end }) => !own.some((one) => one.start < end && start < one.end))
      return [...own, ...more]
    }
  })
}

/** What one commit adds to its parents, its own words included. A secret that a file of theirs held already is no news. */
const ofCommit = Effect.fnUntraced(function* (scanning: Scanning, commit: string) {
  const { objects } = scanning
  const found = yield* objects.read(commit)
  if (found?.type !== "commit") return yield* new ObjectFailed({ name: commit, reason: "there is no such commit" })
  const head = found.data.toString("latin1").split("\n\n", 1)[0] ?? ""
  const named = (name: string) => [...head.matchAll(new RegExp(`^${name} ([0-9a-f]{40,64})$`, "gm"))].map(([, oid = ""]) => oid)
  const [words, { fresh, gone }] = [
    yield* ofWords(scanning, commit, found.data),
    yield* newEntries(objects, named("tree")[0] ?? "", named("parent")),
  ]
  const news = (yield* Effect.forEach(fresh, (entry) => ofEntry(scanning, commit, entry), { concurrency: 4 })).flat()
  if (news.length === 0) return words
  const before = yield* Effect.forEach(gone, (oid) => ofBlob(scanning, oid))
  const old = new Set(before.flatMap((hits) => (typeof hits === "string" ? [] : hits.map(({ mark }) => mark))))
  return [...words, ...news.filter(({ where, mark }) => where !== "file" || !old.has(mark))]
})

/** The bytes of the commit itself: its message, and who is named as author and committer. */
const ofWords = Effect.fnUntraced(function* (scanning: Scanning, commit: string, data: Buffer) {
  const end = data.indexOf("\n\n")
  const found = (where: "message" | "author", text: string | Buffer) =>
    Effect.map(ofText(scanning, text), (hits) => hits.map(({ kind, mark }): Finding => ({ where, kind, mark, commit })))
  const message = yield* found("message", end < 0 ? "" : data.subarray(end + 2))
  return [...message, ...(yield* found("author", data.subarray(0, end < 0 ? data.length : end)))]
})

const ofEntry = Effect.fnUntraced(function* (scanning: Scanning, commit: string, { path, mode, oid }: NewEntry) {
  const named = (yield* ofText(scanning, path)).map(({ kind, mark }): Finding => ({ where: "name", path, kind, mark, commit }))
  if (mode === "160000") return named
  const hits = yield* ofBlob(scanning, oid)
  if (typeof hits === "string") return [...named, { where: "unseen", path, kind: hits, mark: oid, commit } satisfies Finding]
  return [...named, ...hits.map(({ line, kind, mark }): Finding => ({ where: "file", path, line, kind, mark, commit }))]
})

/** What a blob holds, or why osier can't say; told apart by bytes, so that it is looked through once. */
const ofBlob = Effect.fnUntraced(function* (scanning: Scanning, oid: string) {
  const known = scanning.seen.get(oid)
  if (known !== undefined) return known
  const hits = yield* Effect.catch(lookThrough(scanning, oid), ({ message }) => Effect.succeed(message))
  if (typeof hits !== "string") scanning.seen.set(oid, hits)
  return hits
})

const lookThrough = Effect.fnUntraced(function* (scanning: Scanning, oid: string) {
  const { objects } = scanning
  const found = yield* objects.look(oid)
  if (found === undefined) return "it is missing here"
  if (found.size > mostBytes) return `it is larger than ${mostBytes / 1024 / 1024} MB`
  if (found.size <= smallBytes) return yield* ofText(scanning, (yield* objects.read(oid))?.data ?? "")
  const through = textScan(yield* scanning.finder)
  yield* stream(scanning, oid, through.add)
  return through.end()
})

const stream = Effect.fnUntraced(function* ({ processes, commonDir }: Scanning, oid: string, take: (piece: Buffer) => void) {
  const argv = ["git", ...pinned(), "--git-dir", commonDir, "cat-file", "blob", oid] as const
  const ended = yield* processes.run({ argv: [...argv], cwd: commonDir, env: machineEnvironment(yield* Environment), onStdout: take })
  if (ended.code !== 0) return yield* new ObjectFailed({ name: oid, reason: ended.stderr.trim() })
})

const ofText = ({ finder }: Scanning, text: string | Buffer) =>
  Effect.map(finder, (find) => {
    const through = textScan(find)
    through.add(Buffer.from(text))
    return through.end()
  })

const unseen = (commit: string, why: string): readonly Finding[] => [{ where: "unseen", kind: why, mark: markOf(commit + why), commit }]

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

/** Up to this size a file is read in one piece, by the process that is there anyway. */
const smallBytes = 1024 * 1024
/** Larger files are not looked through, and that is told. */
const mostBytes = 256 * 1024 * 1024

/** Looks through commits and files as they lie in the object database; what was looked through once is remembered. */
export const scan = Effect.gen(function* () {
  const objects = yield* Objects
  const processes = yield* Process
  const { commonDir } = yield* Repository
  const values = secretValues(process.env).map(([name, value]): [string, string] => [name, Buffer.from(value).toString("latin1")])
  const seen = new Map<string, readonly Hit[] | string>()
  const finder = Effect.map(ruleSet, (rules) => (text: string) => {
    const own = secretsIn(text, values)
    const more = (rules?.(text) ?? []).filter(({ start, end }) => !own.some((one) => one.start < end && start < one.end))
    return [...own, ...more]
  })

  const ofText = (text: string | Buffer) =>
    Effect.map(finder, (find) => {
      const through = textScan(find)
      through.add(Buffer.from(text))
      return through.end()
    })

  const stream = Effect.fnUntraced(function* (oid: string, take: (piece: Buffer) => void) {
    const argv = ["git", ...pinned(), "--git-dir", commonDir, "cat-file", "blob", oid] as const
    const ended = yield* processes.run({ argv: [...argv], cwd: commonDir, env: machineEnvironment(process.env), onStdout: take })
    if (ended.code !== 0) return yield* new ObjectFailed({ name: oid, reason: ended.stderr.trim() })
  })

  const lookThrough = Effect.fnUntraced(function* (oid: string) {
    const found = yield* objects.look(oid)
    if (found === undefined) return "it is missing here"
    if (found.size > mostBytes) return `it is larger than ${mostBytes / 1024 / 1024} MB`
    if (found.size <= smallBytes) return yield* ofText((yield* objects.read(oid))?.data ?? "")
    const through = textScan(yield* finder)
    yield* stream(oid, through.add)
    return through.end()
  })

  /** What a blob holds, or why nobody can say; told apart by bytes, so that it is looked through once. */
  const ofBlob = Effect.fnUntraced(function* (oid: string) {
    const known = seen.get(oid)
    if (known !== undefined) return known
    const hits = yield* Effect.catch(lookThrough(oid), ({ message }) => Effect.succeed(message))
    if (typeof hits !== "string") seen.set(oid, hits)
    return hits
  })

  const ofEntry = Effect.fnUntraced(function* (commit: string, { path, mode, oid }: NewEntry) {
    const named = (yield* ofText(path)).map(({ kind, mark }): Finding => ({ where: "name", path, kind, mark, commit }))
    if (mode === "160000") return named
    const hits = yield* ofBlob(oid)
    if (typeof hits === "string") return [...named, { where: "unseen", path, kind: hits, mark: oid, commit } satisfies Finding]
    return [...named, ...hits.map(({ line, kind, mark }): Finding => ({ where: "file", path, line, kind, mark, commit }))]
  })

  /** The bytes of the commit itself: its message, and who is named as author and committer. */
  const ofWords = Effect.fnUntraced(function* (commit: string, data: Buffer) {
    const end = data.indexOf("\n\n")
    const message = (yield* ofText(end < 0 ? "" : data.subarray(end + 2))).map(({ kind, mark }): Finding => ({
      where: "message",
      kind,
      mark,
      commit,
    }))
    const head = (yield* ofText(data.subarray(0, end < 0 ? data.length : end))).map(({ kind, mark }): Finding => ({
      where: "author",
      kind,
      mark,
      commit,
    }))
    return [...message, ...head]
  })

  /** What one commit adds to its parents, its own words included. A secret that a file of theirs held already is no news. */
  const ofCommit = Effect.fnUntraced(function* (commit: string) {
    const found = yield* objects.read(commit)
    if (found?.type !== "commit") return yield* new ObjectFailed({ name: commit, reason: "there is no such commit" })
    const head = found.data.toString("latin1").split("\n\n", 1)[0] ?? ""
    const named = (name: string) => [...head.matchAll(new RegExp(`^${name} ([0-9a-f]{40,64})$`, "gm"))].map(([, oid = ""]) => oid)
    const [words, { fresh, gone }] = [
      yield* ofWords(commit, found.data),
      yield* newEntries(objects, named("tree")[0] ?? "", named("parent")),
    ]
    const news = (yield* Effect.forEach(fresh, (entry) => ofEntry(commit, entry), { concurrency: 4 })).flat()
    if (news.length === 0) return words
    const before = yield* Effect.forEach(gone, ofBlob)
    const old = new Set(before.flatMap((hits) => (typeof hits === "string" ? [] : hits.map(({ mark }) => mark))))
    return [...words, ...news.filter(({ where, mark }) => where !== "file" || !old.has(mark))]
  })

  const unseen = (commit: string, why: string): readonly Finding[] => [{ where: "unseen", kind: why, mark: markOf(commit + why), commit }]
  return {
    commit: (commit: string) => Effect.catch(ofCommit(commit), ({ message }) => Effect.succeed(unseen(commit, message))),
    /** What is no commit and travels all the same. */
    object: Effect.fnUntraced(function* (path: string, oid: string) {
      const hits = yield* ofBlob(oid)
      if (typeof hits === "string") return [{ where: "unseen", path, kind: hits, mark: oid } satisfies Finding]
      return hits.map(({ kind, mark }): Finding => ({ where: "object", path, kind, mark }))
    }),
  }
})

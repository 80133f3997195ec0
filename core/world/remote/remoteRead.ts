import * as Effect from "effect/Effect"
import { RemoteRefused } from "../git/remoteTrouble.ts"
import { answerOf, type RemoteAnswer } from "./remoteAnswer.ts"
import { busyAgain } from "./remoteBusy.ts"
import { type RemoteLine, talk, unreachable } from "./remoteLine.ts"

/** Every ref of the remote at or below these prefixes, under its name here. */
export const listRemote = Effect.fn("Remote.list")(function* (line: RemoteLine, prefixes: readonly string[]) {
  const { names, patience } = line
  if (prefixes.length === 0) return new Map<string, string>()
  const asked = prefixes.map(names.theirs)
  // Only for branches git lets the server leave out the rest; patterns are matched on this side.
  const branches = asked.every((prefix) => prefix.startsWith("refs/heads/")) ? ["--heads"] : []
  const patterns = asked.flatMap((prefix) => (prefix.endsWith("/") ? [`${prefix}*`] : [prefix, `${prefix}/*`]))
  const ended = yield* talk(line, ["ls-remote", "--quiet", ...branches, "--", yield* line.place, ...patterns], patience.list)
  const answer = answerOf(ended)
  if (answer.kind !== "done") return yield* readTrouble(line, answer)
  return readRefs(ended.stdout.toString(), (theirs) => {
    const ours = names.ours(theirs)
    return ours !== undefined && prefixes.some((prefix) => isBelow(ours, prefix)) ? ours : undefined
  })
})

/** Brings the objects of these refs or ids of the remote here. */
export const fetchRemote = Effect.fn("Remote.fetch")(function* (line: RemoteLine, refs: readonly string[]) {
  const { names, patience } = line
  if (refs.length === 0) return
  const once = Effect.gen(function* () {
    const ended = yield* talk(line, [...fetching, "--", yield* line.place], patience.fetch, `${refs.map(names.theirs).join("\n")}\n`)
    return halfMade.test(ended.stderr) ? yield* Effect.fail(ended) : answerOf(ended)
  })
  const answer = yield* once.pipe(
    Effect.retry({ schedule: busyAgain, while: (error) => "stderr" in error }),
    Effect.catch((error) => ("stderr" in error ? Effect.succeed(answerOf(error)) : Effect.fail(error))),
  )
  if (answer.kind !== "done") return yield* readTrouble(line, answer)
})

const fetching: readonly string[] = [
  "fetch",
  "--quiet",
  "--no-write-fetch-head",
  "--no-tags",
  "--no-prune",
  "--no-auto-maintenance",
  "--no-show-forced-updates",
  "--no-recurse-submodules",
  "--refmap=",
  "--stdin",
]

/** git looks at the HEAD of every worktree when it fetches; one that is being made in this moment has none yet. */
const halfMade = /bad object worktrees\//

const readTrouble = ({ remote }: RemoteLine, answer: Exclude<RemoteAnswer, { readonly kind: "done" }>) =>
  answer.kind === "refused"
    ? new RemoteRefused({ remote, reason: answer.reason, refs: answer.refs, said: answer.said })
    : unreachable(remote, answer.said)

const isBelow = (ref: string, prefix: string): boolean => ref === prefix || ref.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`)

const readRefs = (text: string, ours: (theirs: string) => string | undefined): ReadonlyMap<string, string> =>
  new Map(
    text.split("\n").flatMap((row): readonly [string, string][] => {
      const [id, theirs] = row.split("\t")
      const ref = id === undefined || theirs === undefined ? undefined : ours(theirs)
      return id === undefined || ref === undefined ? [] : [[ref, id]]
    }),
  )

import type { Ended } from "../machine/process.ts"
import type { Refusal } from "../git/remoteTrouble.ts"

/** What a git command said about the remote, in osier's words. Refs are in the remote's names. */
export type RemoteAnswer =
  | { readonly kind: "done" }
  | { readonly kind: "lost"; readonly refs: readonly string[]; readonly said: string }
  /** Somebody holds a lock file over there, or the remote did not say why: the next try tells. */
  | { readonly kind: "busy"; readonly said: string }
  | { readonly kind: "refused"; readonly reason: Refusal; readonly refs: readonly string[]; readonly said: string }
  /** `sent`: it may have been carried out all the same. */
  | { readonly kind: "silent"; readonly sent: boolean; readonly said: string }

/** Reads the answer to a `push --porcelain --atomic` of these refs. */
export const pushAnswer = (ended: Ended, refs: readonly string[]): RemoteAnswer => {
  const rows = readRows(ended.stdout.toString())
  const said = lastWords(ended.stderr)
  const good = new Set(rows.filter((row) => row.flag !== "!").map((row) => row.ref))
  // What the rows say counts more than the exit code: they are the remote's own report.
  if (refs.every((ref) => good.has(ref))) return { kind: "done" }
  const bad = rows.filter((row) => row.flag === "!" && !collateral.test(row.why))
  const whys = [...new Set(bad.map((row) => row.why))].join("; ")
  const words = [...new Set([...bad.map((row) => row.why), ...detail(ended.stderr)])].join("; ")
  // Some servers tell per ref, some only once in the text for all of them.
  const lostRows = bad.filter((row) => lost.test(row.why)).map((row) => row.ref)
  const lostText = [...ended.stderr.matchAll(lostLine)].flatMap((match) => match[1] ?? [])
  if (lostRows.length > 0 || lostText.length > 0) return { kind: "lost", refs: [...new Set([...lostRows, ...lostText])], said: words }
  if (/remote failed to report status/.test(whys)) return { kind: "silent", sent: true, said: whys }
  if (bad.length > 0) {
    const place = bad.map((row) => row.ref)
    const reason = refusalOf(words)
    if (reason !== "other") return { kind: "refused", reason, refs: place, said: words }
    return busy.test(words) ? { kind: "busy", said: words } : { kind: "refused", reason, refs: place, said: words }
  }
  if (ended.timedOut) return { kind: "silent", sent: true, said: "no answer in time" }
  const early = answerOf(ended)
  if (early.kind === "refused" && early.reason !== "other") return early
  if (early.kind === "silent" && notSent.test(ended.stderr)) return { ...early, sent: false }
  // git itself ends with 128; with 1 and not a row it was stopped before it said a word to the remote.
  if (ended.code === 1 && !hungUp.test(ended.stderr)) return { kind: "refused", reason: "own hook", refs: [], said }
  if (localFault.test(ended.stderr)) return { kind: "refused", reason: "other", refs: [], said }
  return { kind: "silent", sent: true, said }
}

/** Reads why a command that only reads from a remote failed, or that it did not. */
export const answerOf = (ended: Ended): RemoteAnswer => {
  if (ended.timedOut) return { kind: "silent", sent: false, said: "no answer in time" }
  if (ended.code === 0) return { kind: "done" }
  const said = lastWords(ended.stderr)
  if (network.test(ended.stderr)) return { kind: "silent", sent: false, said }
  const reason = refusalOf(ended.stderr)
  if (reason !== "other") return { kind: "refused", reason, refs: [], said }
  if (gone.test(ended.stderr) || ended.code === null) return { kind: "silent", sent: false, said }
  return { kind: "refused", reason, refs: [], said }
}

interface Row {
  readonly flag: string
  readonly ref: string
  readonly why: string
}

const readRows = (text: string): readonly Row[] =>
  text.split("\n").flatMap((line) => {
    const [flag = "", names, summary] = line.split("\t")
    if (names === undefined || summary === undefined || flag.length !== 1) return []
    return [{ flag, ref: names.slice(names.lastIndexOf(":") + 1), why: /\((.*)\)$/.exec(summary)?.[1] ?? summary }]
  })

/** Rows that failed only because another one did. */
const collateral = /^atomic push fail(ed|ure)$/

const lost =
  /stale info|fetch first|needs force|but expected|already exists|incorrect old value|reference is missing|reference does not exist|unable to resolve reference/i
const lostLine =
  /cannot (?:lock|update) ref '([^']+)': (?:is at \S+ but expected|reference already exists|unable to resolve reference|reference is missing|expected )/gi

const busy =
  /\.lock|File exists|failed to (?:update ref|lock)|lock.?(?:error|failure)|cannot lock ref|atomic transaction failed|transaction aborted|shallow file has changed/i

const refusalOf = (words: string): Refusal => refusals.find(([, pattern]) => pattern.test(words))?.[0] ?? "other"

const refusals: readonly (readonly [Refusal, RegExp])[] = [
  ["namespace", /hidden ref|funny refname|exists; cannot create|refname conflict|non-commit object|not allowed.*refs?|invalid ref/i],
  // A lease lets git's own rule for branches pass, so this one is the remote's: the ref is where it was expected.
  ["history", /non-fast-forward/i],
  ["hook", /hook declined|prohibited|deletion of the current branch|protected branch|GH\d{3}:/i],
  ["missing", /couldn't find remote ref|not our ref|no such remote ref/i],
  [
    "access",
    /permission.*denied|permission to .* denied|access denied|authentication failed|could not read (?:username|password)|host key verification failed|returned error: 40[13]|not authori[sz]ed|dubious ownership|insufficient permission|read.only/i,
  ],
]

const network =
  /could not resolve|name or service not known|connection (?:refused|reset|closed|timed out)|couldn't connect|failed to connect|unable to connect|operation timed out|no route to host|network is (?:unreachable|down)|returned error: 5\d\d|early eof|empty reply|recv failure|send failure|unexpected disconnect|broken pipe|\bssl\b|\btls\b|gnutls|could not fork|cannot run|unable to fork/i
const gone =
  /does not appear to be a git repository|could not read from remote repository|repository .* not found|hung up|returned error: 404|no such (?:device|file)/i
const hungUp = /hung up|rpc failed|disconnect|early eof|connection/i
const notSent =
  /could not resolve|name or service not known|connection refused|couldn't connect|failed to connect|unable to (?:connect|access|fork)|no route to host|network is (?:unreachable|down)|does not appear to be a git repository|repository .* not found|cannot run|could not read from remote repository|upon initial contact/i
const localFault = /does not support|bad object|refspec|bad config|unknown option|usage:/i

/** What the other side, or git, complained of: without git's advice. */
const detail = (stderr: string): readonly string[] =>
  stderr
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => /^remote: \S/.test(line))
    .map((line) => line.replace(/^remote: (?:error: |fatal: )?/, ""))
    .slice(0, 5)

/** What a program said last, in a line. */
export const lastWords = (stderr: string): string => {
  const lines = stderr
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^(?:hint:|Please make sure|and the repository exists|error: failed to push some refs)/.test(line))
  const told = lines.filter((line) => !/^fatal: Could not read from remote repository\.$/.test(line))
  return (told.length > 0 ? told : lines).slice(-3).join("; ") || "git ended without a word"
}

import * as Data from "effect/Data"
import { type Finding, tellFindings } from "../../domain/secret/finding.ts"

/** Somebody else was first: at least one ref on the remote was not where the caller expected it, and nothing moved. */
export class PushLost extends Data.TaggedError("PushLost")<{ readonly refs: readonly string[]; readonly said: string }> {
  override get message() {
    return `${this.refs.join(", ")} moved on the remote meanwhile`
  }
  get hint() {
    return "Run `osier sync` to see what is there now, then decide again."
  }
  readonly exit = 4
}

/** The remote gave no answer. What it holds is unknown: never "nothing", never "free". */
export class RemoteUnreachable extends Data.TaggedError("RemoteUnreachable")<{
  readonly remote: string
  readonly said: string
  /** False: a push was on its way and its answer was lost, so it may have happened. List before pushing anew. */
  readonly heard: boolean
}> {
  override get message() {
    const doubt = this.heard ? "" : "; whether the push happened is unknown"
    return `${this.remote} can't be reached: ${this.said}${doubt}`
  }
  get hint() {
    return `Check the network and \`git remote -v\`, try \`git ls-remote ${this.remote}\`, then run the same again.`
  }
  readonly exit = 3
}

/** Something that was about to leave this machine looks like a secret, or nobody could look through it. Nothing was sent. */
export class WouldPublish extends Data.TaggedError("WouldPublish")<{
  readonly refs: readonly string[]
  readonly findings: readonly Finding[]
}> {
  override get message() {
    return `${this.refs.join(", ")} was not sent: ${tellFindings(this.findings)}`
  }
  get hint() {
    return "Take the secret out of every commit that has it; or, if it is none, `osier land <id>` lets a task's work go."
  }
  readonly exit = 5
}

/** Why a remote refused, as far as git's words tell. */
export type Refusal = "access" | "hook" | "own hook" | "namespace" | "history" | "rewrite" | "missing" | "other"

/** The remote answered, and refused. Nothing moved, and trying again does not mend it. */
export class RemoteRefused extends Data.TaggedError("RemoteRefused")<{
  readonly remote: string
  readonly reason: Refusal
  readonly refs: readonly string[]
  readonly said: string
}> {
  override get message() {
    return `${this.remote} refused${this.refs.length === 0 ? "" : ` ${this.refs.slice(0, 3).join(", ")}`}: ${this.said}`
  }
  get hint() {
    return hints[this.reason](this.remote)
  }
  readonly exit = 3
}

const hints: Readonly<Record<Refusal, (remote: string) => string>> = {
  access: (remote) => `Log in so that \`git push --dry-run ${remote}\` works without asking, then run the same again.`,
  hook: () => "A hook of the remote decides this; do what it asks for, or ask who runs the remote.",
  "own hook": () => "Your own pre-push hook refused; do what it asks for, then run the same again.",
  namespace: () => "This host refuses refs/osier: set `namespace: refs/heads/osier/` in osier.yaml, then run the same again.",
  history: () =>
    "The remote lets no branch be rewritten (receive.denyNonFastForwards); ask who runs it to allow that for osier's namespace.",
  rewrite: () => "osier never rewrites a branch on the remote; push it yourself if you mean it.",
  missing: () => "It was removed from the remote meanwhile; run `osier sync`, then the same again.",
  other: (remote) => `Try \`git push --dry-run ${remote}\` to see what git says, and run \`osier doctor\`.`,
}

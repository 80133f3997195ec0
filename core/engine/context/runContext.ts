import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { resolve } from "node:path"
import type { CommitWords } from "../../domain/task/commitWords.ts"
import type { Settings } from "../../domain/settings/settings.ts"
import { sharedNames } from "../../domain/git/sharedNames.ts"
import type { SharedNames } from "../../domain/git/sharedNames.ts"
import { commitStyle } from "../../steps/commit/commitStyle.ts"
import { limitRounds } from "../../steps/lock/limitRounds.ts"
import { shareTasks } from "../../steps/task/shareTasks.ts"
import type { SharedTasks } from "../../steps/task/shareTasks.ts"
import { signsCommits } from "../../steps/commit/signsCommits.ts"
import { trySigning } from "../../steps/commit/writeSigned.ts"
import type { SigningFailed } from "../../steps/commit/writeSigned.ts"
import { Git } from "../../world/git/git.ts"
import type { GitFailed } from "../../world/git/git.ts"
import type { CannotStart } from "../../world/machine/process.ts"
import { Refs } from "../../world/git/refs.ts"
import { Repository } from "../../world/git/repository.ts"
import { RunIdentity } from "../../world/git/runIdentity.ts"
import { hooksFolder } from "../../world/git/userHooks.ts"

/** What a person allowed or asked for on the command line, beyond the settings. */
export interface RunOptions {
  /** A person asked for this landing by name: review is done, and no gate is needed for a word. */
  readonly asked: boolean
  /** Tasks whose scopes overlap may run together. */
  readonly allowOverlap: boolean
  /** Work may land although no gate judged it. */
  readonly allowUngated: boolean
  /** Work may land although it changes what judges it. */
  readonly allowGateChanges: boolean
  /** Milliseconds that a run waits, with nothing else to do, for files of the user that are in a landing's way. */
  readonly waitMs: number
}

export const defaultOptions: RunOptions = {
  asked: false,
  allowOverlap: false,
  allowUngated: false,
  allowGateChanges: false,
  waitMs: 30_000,
}

/** No target was named, and the checkout is not on a branch that could be one. */
export class NoTarget extends Data.TaggedError("NoTarget")<{
  readonly reason: string
  readonly branch?: string
  readonly unborn?: boolean
}> {
  override get message() {
    return this.reason
  }
  get hint() {
    // Not `name`: every error has one already.
    return this.branch === undefined
      ? "Name the branch that work lands on: `--target main`, or `target: main` in osier.yaml."
      : this.unborn
        ? `Make the first commit: \`git commit --allow-empty -m "Begin"\`.`
        : `Create it with \`git branch ${this.branch}\`, or name another with \`--target\`.`
  }
  readonly exit = 2
}

/** The remote has no branch of the target's name, so that nothing could land there. */
export class NoRemoteTarget extends Data.TaggedError("NoRemoteTarget")<{ readonly target: string; readonly remote: string }> {
  override get message() {
    return `${this.remote} has no branch ${this.target} that work could land on`
  }
  get hint() {
    return `Push it once with \`git push ${this.remote} ${this.target}\`, or name another with \`--target\`.`
  }
  readonly exit = 2
}

/** What everybody who works through the remote must know of each other. */
export const sharedData = ["refs/osier/tasks/", "refs/osier/locks/", "refs/osier/ids"] as const

const nothingMet: SharedTasks = { shown: [], merged: [], renumbered: [] }

/** Sees what is on the remote, and shows it what only this clone knows; with somebody else at it in the same moment, again. */
const meet = Effect.fnUntraced(function* (names: readonly string[]) {
  const refs = yield* Refs
  const goOn = yield* limitRounds(names)
  for (;;) {
    yield* goOn
    const unshared = yield* refs.refresh(names)
    if (unshared.length === 0) return nothingMet
    const met = yield* Effect.catchTag(shareTasks(unshared), "SwapLost", () => Effect.succeed(undefined))
    if (met !== undefined) return met
  }
})

/** A setting asks for what this version can't do; going on without it would not be what was asked for. */
export class NotBuilt extends Data.TaggedError("NotBuilt")<{ readonly field: string; readonly value: string; readonly instead: string }> {
  override get message() {
    return `${this.field}: ${this.value} is not possible yet`
  }
  get hint() {
    return `Use ${this.instead} for now.`
  }
  readonly exit = 2
  readonly file = "osier.yaml"
}

const refuseUnbuilt = Effect.fnUntraced(function* (settings: Settings) {
  if (settings.land === "pr") return yield* new NotBuilt({ field: "land", value: "pr", instead: "`land: auto` or `land: review`" })
  if (settings.tree.isolation !== "worktree")
    return yield* new NotBuilt({ field: "tree.isolation", value: settings.tree.isolation, instead: "`isolation: worktree`" })
})

/** What holds for all of one run: settings, the target, where trees live, whose hooks check commits. */
export class RunContext extends Context.Service<
  RunContext,
  {
    readonly settings: Settings
    /** The text of the working copy's osier.yaml; undefined when there is none. */
    readonly workingText: string | undefined
    readonly target: string
    /** Where the target's tip is read and moved: the branch here, or with a remote what follows its branch. */
    readonly targetRef: string
    /** The branch of that name here, which comes along with the target. */
    readonly branchRef: string
    /** With a remote: how its refs are called here. */
    readonly shared: SharedNames | undefined
    /** What this clone alone knew of tasks, and put onto the remote at the start. */
    readonly met: SharedTasks
    readonly treeRoot: string
    /** The user's hooks folder as it was when the run began. */
    readonly hooks: string
    readonly options: RunOptions
    /** Whether the user's git signs commits; asked once, so that nothing that runs meanwhile can turn it off. */
    readonly signs: Effect.Effect<boolean, GitFailed | CannotStart>
    /** How commits are worded, as the settings say or the target's last commits are; asked once. */
    readonly words: Effect.Effect<CommitWords, GitFailed | CannotStart>
    /** Signs a commit that nothing points at, once: what can't be signed is known before anything is spent. */
    readonly signingTried: Effect.Effect<void, GitFailed | CannotStart | SigningFailed>
  }
>()("core/engine/RunContext") {
  static readonly layer = (input: { readonly settings: Settings; readonly workingText?: string; readonly options?: Partial<RunOptions> }) =>
    Layer.effect(
      RunContext,
      Effect.gen(function* () {
        const git = yield* Git
        const repository = yield* Repository
        yield* refuseUnbuilt(input.settings)
        const target = input.settings.target ?? (yield* checkedOut)
        const branchRef = `refs/heads/${target}`
        const { remote } = input.settings
        const shared = remote === "none" ? undefined : sharedNames(remote)
        const targetRef = shared === undefined ? branchRef : shared.branch(target)
        const met = shared === undefined ? nothingMet : yield* meet([...sharedData, targetRef])
        const there = (name: string) =>
          git.run(["--git-dir", repository.commonDir, "rev-parse", "--verify", "--quiet", name], {
            cwd: repository.commonDir,
            codes: [0, 1],
          })
        const found = yield* there(`${targetRef}^{commit}`)
        if (found.code !== 0 && shared !== undefined) return yield* new NoRemoteTarget({ target, remote })
        if (found.code !== 0) {
          const head = yield* there("HEAD")
          return yield* new NoTarget({ reason: `the target branch ${target} has no commit`, branch: target, unborn: head.code !== 0 })
        }
        const hooks = yield* hooksFolder()
        const world = yield* Effect.context<Git | Repository>()
        const { committer, stated } = yield* RunIdentity
        const signs = yield* Effect.cached(Effect.provideContext(signsCommits(), world))
        return {
          settings: input.settings,
          workingText: input.workingText,
          target,
          targetRef,
          branchRef,
          shared,
          met,
          treeRoot: resolve(repository.root, input.settings.tree.root ?? `../${repository.name}.osier`),
          hooks,
          options: { ...defaultOptions, ...input.options },
          signs,
          words: yield* Effect.cached(Effect.provideContext(commitStyle(input.settings.commit, targetRef), world)),
          signingTried: yield* Effect.cached(
            Effect.gen(function* () {
              if (yield* signs) yield* trySigning(`${targetRef}^{tree}`, stated ? undefined : committer)
            }).pipe(Effect.provideContext(world)),
          ),
        }
      }),
    )
}

const checkedOut = Effect.gen(function* () {
  const git = yield* Git
  const { root, bare } = yield* Repository
  if (bare) return yield* new NoTarget({ reason: "the repository is bare: no branch is checked out that work could land on" })
  const head = yield* git.run(["symbolic-ref", "--quiet", "--short", "HEAD"], { cwd: root, codes: [0, 1] })
  const name = head.stdout.toString().trim()
  return name === "" ? yield* new NoTarget({ reason: "HEAD is detached: no branch is checked out that work could land on" }) : name
})

import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { lockRef } from "../../domain/lock/lock.ts"
import { isOver } from "../../domain/task/task.ts"
import type { Summary } from "../../domain/task/trailers.ts"
import { deleteBranch } from "../../steps/tree/deleteBranch.ts"
import { isFree } from "../../steps/lock/isFree.ts"
import { proveLanded } from "../../steps/land/proveLanded.ts"
import { Refs } from "../../world/git/refs.ts"
import { trySwap } from "../../world/git/trySwap.ts"
import { isAdopted } from "./plant.ts"
import { RunContext } from "../context/runContext.ts"

/** What was taken away, and why nothing is lost with it. */
export interface Removed {
  readonly what: "tree" | "branch" | "lock" | "evidence"
  readonly name: string
  readonly task?: number
  readonly proof: string
}

/** What was left where it is, and why. */
export interface Left {
  readonly what: "tree" | "branch" | "lock" | "evidence"
  readonly name: string
  readonly task?: number
  readonly why: string
}

/**
 * Takes away refs that tasks left behind when they were over: branches that are proven to have landed, locks, evidence. A
 * look at all refs at once, however many tasks there are.
 */
export const sweepOver = Effect.fn("sweepOver")(function* (tasks: readonly Summary[], dryRun: boolean) {
  const refs = yield* Refs
  const { targetRef, settings, shared } = yield* RunContext
  const branches = yield* refs.list("refs/heads/")
  const locks = yield* refs.list("refs/osier/locks/task/")
  const evidence = yield* refs.list("refs/osier/evidence/")
  const shown = shared === undefined ? new Map<string, string>() : yield* refs.list(shared.branch(""))
  const target = yield* refs.read(targetRef)
  const removed: Removed[] = []
  const left: Left[] = []
  for (const task of tasks) {
    const about = { task: task.id }
    const tip = task.branch === undefined ? undefined : branches.get(`refs/heads/${task.branch}`)
    if (task.branch !== undefined && tip !== undefined && !isAdopted(task)) {
      const branch = { ...about, what: "branch" as const, name: task.branch }
      const proof = task.status === "merged" && target !== undefined ? proveLanded({ target, task: task.id, tip }) : undefined
      const seen = yield* asResult(proof ?? Effect.succeed(undefined))
      const landed = Result.isSuccess(seen) ? seen.success : undefined
      if (Result.isFailure(seen)) left.push({ ...branch, why: seen.failure })
      else if (landed !== undefined && !settings.keepBranch) {
        const gone = yield* asResult(dryRun ? Effect.void : deleteBranch({ branch: task.branch, at: tip }))
        if (Result.isFailure(gone)) left.push({ ...branch, why: `it landed, but ${gone.failure}` })
        else removed.push({ ...branch, proof: `landed in ${landed.landing.slice(0, 12)}` })
      } else if (landed !== undefined) left.push({ ...branch, why: "it landed, and `keep_branch` is set" })
      else if (task.status === "merged") left.push({ ...branch, why: "it holds commits that did not land" })
      else if (task.status === "completed")
        left.push({ ...branch, why: `complete: \`osier land ${task.id}\` or \`osier discard ${task.id}\`` })
    }
    const there = yield* asResult(sweepShown(task, shown, dryRun))
    if (Result.isSuccess(there)) removed.push(...there.success)
    if (!isOver(task.status)) continue
    const rows = [
      ["evidence", `refs/osier/evidence/${task.id}`, evidence],
      ["lock", lockRef("task", String(task.id)), locks],
    ] as const
    for (const [what, ref, known] of rows) {
      const at = known.get(ref)
      if (at === undefined || (what === "lock" && !(yield* isFree("task", String(task.id))))) continue
      const gone = yield* asResult(dryRun ? Effect.void : trySwap([{ ref, from: at, to: undefined }]))
      if (Result.isFailure(gone)) left.push({ ...about, what, name: ref, why: gone.failure })
      else removed.push({ ...about, what, name: ref, proof: `task ${task.id} is ${task.status}` })
    }
  }
  return { removed, left }
})

/** One thing that can't be swept is left, with the reason, and keeps none of the others from being swept. */
const asResult = <A, E extends { readonly message: string }, R>(part: Effect.Effect<A, E, R>) =>
  Effect.result(Effect.mapError(part, ({ message }) => message))

/** The remote's branch of a task that landed, whose owner was ended before it took that away. One that is gone or moved there is left alone. */
const sweepShown = Effect.fnUntraced(function* (task: Summary, shown: ReadonlyMap<string, string>, dryRun: boolean) {
  const refs = yield* Refs
  const { targetRef, settings, shared } = yield* RunContext
  if (shared === undefined || task.branch === undefined || task.status !== "merged" || settings.keepBranch || isAdopted(task)) return []
  const ref = shared.branch(task.branch)
  const tip = shown.get(ref)
  const target = yield* refs.read(targetRef)
  const proof = tip === undefined || target === undefined ? undefined : yield* proveLanded({ target, task: task.id, tip })
  if (proof === undefined) return []
  if (!dryRun && !(yield* Effect.isSuccess(refs.swap([{ ref, from: tip, to: undefined }])))) return []
  const name = ref.slice(shared.branch("").length)
  return [{ what: "branch", task: task.id, name: `${settings.remote}/${name}`, proof: `landed in ${proof.landing.slice(0, 12)}` }] as const
})

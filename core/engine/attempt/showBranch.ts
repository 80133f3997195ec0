import * as Effect from "effect/Effect"
import { tellFindings } from "../../domain/secret/finding.ts"
import { isAncestor } from "../../steps/commit/isAncestor.ts"
import { keepCommit } from "../../steps/commit/keepCommit.ts"
import { Refs } from "../../world/git/refs.ts"
import { Board } from "../context/board.ts"
import { RunContext } from "../context/runContext.ts"

/**
 * Shows finished work to everybody who shares the remote, so that another may land it when we can't any more. Done before the
 * record says that it is complete, and apart from it: much to upload must not hold up what renews leases.
 */
export const showBranch = Effect.fn("showBranch")(function* (task: number, branch: string, tip: string) {
  const board = yield* Board
  const refs = yield* Refs
  const { shared } = yield* RunContext
  if (shared === undefined || branch === "") return
  const ref = shared.branch(branch)
  yield* refs.refresh([ref])
  const from = yield* refs.read(ref)
  if (from === tip) return
  const forward = from === undefined || (yield* isAncestor(from, tip))
  if (!forward) {
    // Earlier work under this name is not rewritten: it is kept, taken away, and the new work put there.
    const attempt = Math.max(1, board.task(task)?.attempts.length ?? 1)
    yield* keepCommit({ task, attempt, commit: from, reason: "earlier work on the remote's branch" })
    yield* refs.swap([{ ref, from, to: undefined }])
  }
  yield* refs.swap([{ ref, from: forward ? from : undefined, to: tip }]).pipe(
    Effect.catchTag("WouldPublish", ({ findings }) => {
      const message = `its branch ${branch} stays on this machine: ${tellFindings(findings)}`
      const hint = `Look with \`osier diff ${task}\`; \`osier land ${task}\` if it is none, else \`osier discard ${task}\`.`
      return board.emit({ type: "Warned", task, message, hint })
    }),
  )
})

/** Takes the remote's branch of landed work away, if it is still the very commit that landed. */
export const hideBranch = Effect.fn("hideBranch")(function* (branch: string, tip: string) {
  const refs = yield* Refs
  const { shared } = yield* RunContext
  if (shared === undefined || branch === "") return
  const ref = shared.branch(branch)
  // Another may have shown it, who was ended between landing it and taking it away.
  if ((yield* refs.read(ref)) === undefined) yield* refs.refresh([ref])
  if ((yield* refs.read(ref)) === tip) yield* refs.swap([{ ref, from: tip, to: undefined }])
})

import * as Effect from "effect/Effect"
import { oddities, tellOddities } from "../../domain/git/oddity.ts"
import { type Finding, tellFindings } from "../../domain/secret/finding.ts"
import type { Task } from "../../domain/task/task.ts"
import { fileChanges } from "../../steps/commit/fileChanges.ts"
import type { SigningFailed } from "../../steps/commit/writeSigned.ts"
import { Door } from "../../world/door/door.ts"
import type { Finished } from "../attempt/workOn.ts"
import { Board } from "../context/board.ts"
import { RunContext } from "../context/runContext.ts"

/** Holds a task that changes what judges it. */
export const holdGateChange = Effect.fnUntraced(function* (task: Task, paths: readonly string[]) {
  const reason = `it changes what judges it: ${paths.slice(0, 5).join(", ")}`
  const hint = `Look at it with \`osier diff ${task.id}\`, then \`osier land ${task.id} --allow-gate-changes\`.`
  return yield* hold(task, reason, hint, paths)
})

/** Looks at what the work brings, and holds what a person should see first; what is merely odd is told. */
export const holdWork = Effect.fnUntraced(function* (
  task: Task,
  work: Finished,
  { tip, tree, asked, tell }: { readonly tip: string; readonly tree: string; readonly asked: boolean; readonly tell: boolean },
) {
  const board = yield* Board
  const door = yield* Door
  const { settings } = yield* RunContext
  // All that it brings, wherever its record says that it began.
  const secrets = yield* door.look([work.tip], [tip])
  if (secrets.length > 0 && !asked) return yield* holdSecrets(task, secrets)
  yield* door.permit(secrets)
  const odd = oddities(yield* fileChanges(tip, tree))
  const held = asked ? [] : odd.filter(({ kind }) => settings.hold.includes(kind))
  if (held.length > 0) {
    const reason = tellOddities(held)
    const hint = `Look with \`osier diff ${task.id} --stat\`; \`osier land ${task.id}\` if it is meant, else \`osier discard ${task.id}\`.`
    const paths = held.map(({ path }) => path).slice(0, 100)
    return yield* hold(task, reason, hint, paths)
  }
  if (odd.length > 0 && tell)
    yield* board.emit({ type: "Warned", task: task.id, message: tellOddities(odd), hint: "`hold` in osier.yaml says what is held for it" })
  return undefined
})

/** Holds a task whose work seems to carry a secret. */
export const holdSecrets = Effect.fnUntraced(function* (task: Task, findings: readonly Finding[]) {
  const reason = tellFindings(findings)
  const hint = `Look with \`osier diff ${task.id}\`; \`osier land ${task.id}\` if it is none, else \`osier discard ${task.id}\`.`
  return yield* hold(task, reason, hint)
})

/** The work is done and judged; only the key is missing, and nothing lands without the signature that was asked for. */
export const holdUnsigned = Effect.fnUntraced(function* (task: Task, failed: SigningFailed) {
  const reason = failed.message
  const hint = `${failed.hint} Then \`osier land ${task.id}\`.`
  return yield* hold(task, reason, hint)
})

/** Holds a task that no gate judges. */
export const holdUngated = Effect.fnUntraced(function* (task: Task) {
  const reason = "ungated: no gate is configured, so nobody can say that it is right"
  const hint = `Add \`gates:\` to osier.yaml, or look with \`osier diff ${task.id}\` and land it yourself: \`osier land ${task.id}\`.`
  return yield* hold(task, reason, hint)
})

/** Holds a task until a person decides. */
const hold = Effect.fnUntraced(function* (task: Task, reason: string, hint: string, paths: readonly string[] = []) {
  const board = yield* Board
  yield* board.hold(task.id, reason, hint, { paths })
  return { type: "stays" } as const
})

import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Task } from "../../domain/task/task.ts"
import type { TaskConflict } from "../../steps/land/candidate.ts"
import { landingsBetween } from "../../steps/commit/landingsBetween.ts"
import { Objects } from "../../world/git/objects.ts"
import { Refs } from "../../world/git/refs.ts"
import { RunIdentity } from "../../world/git/runIdentity.ts"
import { Board } from "../context/board.ts"
import { AttemptLost } from "../context/attemptLost.ts"
import type { Finished } from "../attempt/workOn.ts"
import { pathsBetween } from "../../steps/commit/changesBetween.ts"

/**
 * A task that does not merge onto the target goes back with evidence: the files, who else changed them, and the conflicted
 * merge itself on a ref that can be checked out. No marker ever reaches the target.
 */
export const conflicted = Effect.fn("conflicted")(function* (task: Task, work: Finished, onto: string, conflict: TaskConflict) {
  const board = yield* Board
  const landings = yield* landingsBetween(work.base, onto)
  const partners = yield* partnersOf(landings, conflict.files)
  const evidence = yield* showMerge(task.id, conflict.tree, [onto, work.tip])
  yield* board.emit({ type: "Conflicted", task: task.id, with: partners, files: [...conflict.files], evidence })
  const whom = partners.length === 0 ? "the target" : `task ${partners.join(", ")}`
  const reason = `it conflicts with ${whom} in ${conflict.files.slice(0, 5).join(", ")}`
  yield* board.emit({ type: "Ejected", task: task.id, with: partners, reason, evidence })
  const text = [
    `Your work was complete, but it does not merge onto the target, which moved on meanwhile: ${reason}.`,
    `You now start from the new target. Do the task again on top of what is there; keep what the others did.`,
    `Your earlier commit is ${work.tip} (\`git show ${work.tip}\`); the conflicted merge is ${evidence} (\`git show ${evidence}:<file>\`).`,
    ...conflict.messages,
  ].join("\n")
  const lost = new AttemptLost({ class: "conflict", reason, evidence: text, files: conflict.files })
  return { type: "ejected", lost, evidence: text } as const
})

/** Tasks whose landings changed one of the files. */
const partnersOf = Effect.fnUntraced(function* (
  landings: readonly { readonly commit: string; readonly parent: string; readonly tasks: readonly number[] }[],
  files: readonly string[],
) {
  const partners: number[] = []
  for (const landing of landings) {
    const changed = yield* pathsBetween(landing.parent, landing.commit)
    if (changed.some((file) => files.includes(file))) partners.push(...landing.tasks)
  }
  return [...new Set(partners)]
})

/** Puts a merge that did not come off where an agent or a person can look at it. */
export const showMerge = Effect.fn("showMerge")(function* (task: number, tree: string, parents: readonly string[]) {
  const objects = yield* Objects
  const refs = yield* Refs
  const { committer } = yield* RunIdentity
  const who = `${committer.name} <${committer.email}> ${Math.floor((yield* Clock.currentTimeMillis) / 1000)} +0000`
  const commit = yield* objects.writeCommit({
    tree,
    parents,
    message: `the merge of task ${task} that did not land`,
    author: who,
    committer: who,
  })
  const ref = `refs/osier/evidence/${task}`
  const before = yield* refs.read(ref)
  yield* refs.swap([{ ref, from: before, to: commit }])
  return ref
})

import * as Effect from "effect/Effect"
import { Refs } from "../../world/git/refs.ts"

const prefix = "refs/osier/judging/"

/** What of a task is held, and for what. */
interface Hold {
  readonly task: number
  readonly what: string
}

const refOf = ({ task, what }: Hold) => `${prefix}${task}/${what}`

const put = (ref: string, to: string | undefined) =>
  Effect.gen(function* () {
    const refs = yield* Refs
    const from = yield* refs.read(ref)
    if (from !== to) yield* refs.swap([{ ref, from, to }])
  }).pipe(Effect.ignore)

/**
 * Holds what no branch names yet, so that a `git gc --prune=now` beside it can't take it away. It only protects: where it
 * can't be held, work goes on. Only the owner of the task's lock calls this.
 */
export const holdJudged = (hold: Hold, oid: string) => put(refOf(hold), oid)

/** It is landed, or not wanted any more. */
export const letJudgedGo = (hold: Hold) => put(refOf(hold), undefined)

/** Tasks of which something is held, by whoever worked on them last. */
export const heldJudged = Effect.fn("heldJudged")(function* () {
  const refs = yield* Refs
  const found = yield* refs.list(prefix)
  return [...found.keys()].flatMap((ref): readonly Hold[] => {
    const [task = "", ...what] = ref.slice(prefix.length).split("/")
    return /^\d+$/.test(task) ? [{ task: Number(task), what: what.join("/") }] : []
  })
})

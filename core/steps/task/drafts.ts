import * as Effect from "effect/Effect"
import { customAlphabet } from "nanoid"
import { parseCommit } from "../../domain/git/rawCommit.ts"
import type { Task } from "../../domain/task/task.ts"
import { readSummary, type Summary } from "../../domain/task/trailers.ts"
import { type ObjectFailed, Objects } from "../../world/git/objects.ts"
import { Refs } from "../../world/git/refs.ts"
import { trySwap } from "../../world/git/trySwap.ts"
import type { RecordFiles } from "./recordAt.ts"
import { recordCommit } from "./recordCommit.ts"

/** A task without a number yet, made where numbers could not be had; it stays on this machine until it gets one. */
export interface Drafted {
  readonly nonce: string
  readonly commit: string
  /** Its `id` is 0 until it has been given a number. */
  readonly task: Summary
}

/** Lower case without look-alikes: it is a part of a ref, and file systems may not tell A from a. */
export const draftNonce = customAlphabet("23456789abcdefghjkmnpqrstuvwxyz", 12)

const prefix = "refs/osier/drafts/"
export const draftRef = (nonce: string): string => `${prefix}${nonce}`

/** What a draft's task carries for ever, so that it is found again however often it is asked to get a number. */
export const draftSource = (nonce: string): string => `draft:${nonce}`

/** Where the numbers of other drafts that it needs will go. */
export const draftNeeds = "draft_needs"

const none: RecordFiles = new Map()

/** Stores a draft; false when there was one of that nonce already. */
export const createDraft = Effect.fn("createDraft")(function* (nonce: string, task: Task) {
  const commit = yield* recordCommit({ task: { ...task, id: 0, source: draftSource(nonce) }, parents: [], files: none })
  return yield* move(nonce, undefined, commit)
})

/** Notes the number of a draft. Of any number of processes one succeeds, so that it never gets two. */
export const giveNumber = Effect.fn("giveNumber")(function* (draft: Drafted, task: Task) {
  const commit = yield* recordCommit({ task, parents: [draft.commit], files: none })
  return yield* move(draft.nonce, draft.commit, commit)
})

/** Takes away a draft whose task stands in the store. */
export const dropDraft = (draft: Drafted) => move(draft.nonce, draft.commit, undefined)

/** Every draft, oldest first. */
export const listDrafts = Effect.fn("listDrafts")(function* () {
  const refs = yield* Refs
  const objects = yield* Objects
  const found = yield* Effect.forEach(
    yield* refs.list(prefix),
    Effect.fnUntraced(function* ([ref, commit]): Effect.fn.Return<readonly Drafted[], ObjectFailed> {
      const read = yield* objects.read(commit)
      const task = read?.type === "commit" ? readSummary(parseCommit(read.data).message) : undefined
      return task === undefined ? [] : [{ nonce: ref.slice(prefix.length), commit, task }]
    }),
    { concurrency: 256 },
  )
  return found.flat().toSorted((a, b) => (a.task.created < b.task.created ? -1 : a.task.created > b.task.created ? 1 : 0))
})

const move = Effect.fnUntraced(function* (nonce: string, from: string | undefined, to: string | undefined) {
  return yield* trySwap([{ ref: draftRef(nonce), from, to }])
})

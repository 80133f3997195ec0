import * as Effect from "effect/Effect"
import { readKeepMessage } from "../../domain/git/keepMessage.ts"
import { Git } from "../../world/git/git.ts"
import { Repository } from "../../world/git/repository.ts"
import { keepPrefix } from "../commit/keepCommit.ts"

/** One keep, as lists show it. */
export interface KeptWork {
  readonly ref: string
  readonly commit: string
  readonly task: string
  readonly attempt: string
  readonly reason: string
  /** ISO 8601, UTC. */
  readonly at: string
  readonly files: number
  /** The commit that the work began from. */
  readonly base?: string
  readonly left: readonly string[]
}

const format = "%(refname)%00%(objectname)%00%(committerdate:unix)%00%(contents)%00"

/** Everything that was kept, oldest first; of one task when it is named. Read with one process, however many there are. */
export const keeps = Effect.fn("keeps")(function* (task?: number | string) {
  const git = yield* Git
  const { commonDir } = yield* Repository
  const under = task === undefined ? keepPrefix : `${keepPrefix}${task}/`
  const fields = yield* git.fields(
    ["--git-dir", commonDir, "for-each-ref", "--sort=refname", "--sort=committerdate", `--format=${format}`, under],
    { cwd: commonDir },
  )
  const found: KeptWork[] = []
  for (let at = 0; at + 3 < fields.length; at += 4) {
    // Every row but the first begins with the line break that ended the one before.
    const ref = (fields[at] ?? "").trimStart()
    const [task = "", attempt = ""] = ref.slice(keepPrefix.length).split("/").map(decodeURIComponent)
    const note = readKeepMessage(fields[at + 3] ?? "")
    found.push({
      ref,
      commit: fields[at + 1] ?? "",
      task,
      attempt,
      reason: note?.reason ?? "",
      at: new Date(Number(fields[at + 2]) * 1000).toISOString(),
      files: note?.files ?? 0,
      left: note?.left ?? [],
      ...(note?.parts["Base"] === undefined ? {} : { base: note.parts["Base"] }),
    })
  }
  return found
})

import * as Effect from "effect/Effect"
import { count, plainLine } from "../../domain/text/plainText.ts"
import { short } from "../../domain/event/eventText.ts"
import { printProblem } from "../../domain/text/problem.ts"
import { engineOf, worldAt } from "../../live.ts"
import { sync as bringTogether, type Synced } from "../../engine/sync/sync.ts"
import { readSettings } from "../../steps/given/readSettings.ts"
import { shownName } from "../../steps/task/readTaskFiles.ts"
import type { Screen } from "../screen.ts"
import type { Verb } from "../verb.ts"

/** Takes edited task files back, gives drafts their numbers, and says what changed. */
export const sync: Verb = ({ json, screen, at }) =>
  Effect.gen(function* () {
    const { settings, workingText } = yield* readSettings()
    const synced = yield* bringTogether().pipe(Effect.provide(engineOf({ settings, workingText })))
    if (json) screen.out(JSON.stringify(synced))
    else tell(synced, screen)
    return synced.problems.length > 0 ? (2 as const) : (0 as const)
  }).pipe(Effect.provide(worldAt(at)))

const tell = ({ met, numbered, edits, created, files, problems }: Synced, screen: Screen) => {
  const { dim, good, warn } = screen.paint
  if (met.shown.length > 0) screen.out(`shown to everybody: ${met.shown.map((id) => `#${id}`).join(", ")}`)
  for (const { from, id, title } of met.renumbered)
    screen.out(`${warn(`#${from} is another task on the remote`)}; ${plainLine(title)} is ${good(`#${id}`)} now`)
  for (const { id, here, conflicts } of met.merged) {
    screen.out(`${good(`#${id}`)} changed here and on the remote: brought together`)
    for (const { field } of conflicts)
      screen.out(`  ${warn(`${field} is as on the remote`)}; ${dim(`yours: git show ${short(here)}:task.md`)}`)
  }
  for (const { id, title } of numbered) screen.out(`${good(`#${id}`)} ${plainLine(title)}: the draft has its number`)
  for (const { id, title, file } of created) screen.out(`${good(`#${id}`)} ${plainLine(title)}: new, from ${shownName(file)}`)
  for (const { id, fields, conflicts, edit } of edits) {
    screen.out(`${good(`#${id}`)} taken back: ${fields.join(", ")}`)
    for (const { field, kept } of conflicts) {
      const now = kept === undefined ? "without a value" : JSON.stringify(kept)
      screen.out(`  ${warn(`${field} was changed meanwhile and stays ${now}`)}; ${dim(`yours: git show ${short(edit ?? "")}:task.md`)}`)
    }
  }
  for (const name of files?.restored ?? [])
    screen.out(`${shownName(name)} was deleted and is there again; to give a task up: osier discard`)
  for (const problem of problems) screen.err(`osier: ${screen.errPaint.bad(printProblem(problem))}\n  ${problem.hint}`)
  if (problems.length > 0)
    screen.err("osier: files with mistakes were left as they are, and nothing of them was taken; mend them and type `osier sync` again")
  const still = (files?.left ?? []).filter((name) => !problems.some(({ file }) => file === shownName(name)))
  for (const name of still) screen.out(`${shownName(name)} was edited just now; the next sync takes it`)
  if (numbered.length + created.length + edits.length + problems.length > 0) return
  const anew = files?.written.length ?? 0
  screen.out(anew === 0 ? "nothing to take back" : `nothing to take back; ${count(anew, "file")} written anew`)
}

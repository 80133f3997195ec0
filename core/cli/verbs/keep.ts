import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { dirname, join, resolve } from "node:path"
import { meant } from "../../domain/text/nearest.ts"
import { count, plainLine } from "../../domain/text/plainText.ts"
import { worldAt } from "../../live.ts"
import { compareWork } from "../../steps/commit/compareWork.ts"
import { keeps } from "../../steps/keep/keeps.ts"
import type { KeptWork } from "../../steps/keep/keeps.ts"
import { restore } from "../../steps/keep/restore.ts"
import { Journal } from "../../world/journal/journal.ts"
import { Refs } from "../../world/git/refs.ts"
import { Repository } from "../../world/git/repository.ts"
import { UsageWrong } from "../commandLine.ts"
import { isSet, textFlag } from "../flags.ts"
import { table } from "../table.ts"
import type { Call, Verb } from "../verb.ts"

/** Nothing is kept under that name. */
class NothingKept extends Data.TaggedError("NothingKept")<{ readonly name: string }> {
  override get message() {
    return `nothing is kept of ${this.name}`
  }
  get hint() {
    return "`osier keep` lists all there is; `osier show <id>` tells where a task's work is."
  }
  readonly exit = 2
}

/** Work that did not land: lists it, shows it, gives it back, or gives it up. */
export const keep: Verb = (call) =>
  Effect.gen(function* () {
    const [action = "list", id] = call.args
    if (action === "list") return yield* list(call, id)
    if (!isAction(action))
      return yield* new UsageWrong({ message: `keep can't ${action}`, hint: meant(action, ["list", ...Object.keys(actions)], "") })
    if (id === undefined)
      return yield* new UsageWrong({ message: `keep ${action} needs <id>`, hint: `for example: osier keep ${action} 12` })
    const found = yield* named(id)
    return yield* actions[action](call, found)
  }).pipe(Effect.provide(worldAt(call.at)))

const nameOf = ({ task, attempt }: KeptWork): string => `${task}/${attempt}`

/** All keeps of a task, oldest first, or the one that is named whole. */
const named = Effect.fnUntraced(function* (id: string) {
  const [task = "", attempt] = id.replace(/^#|^refs\/osier\/keep\//, "").split("/")
  const found = (yield* keeps()).filter((one) => one.task === task && (attempt === undefined || one.attempt === attempt))
  if (found.length === 0) return yield* new NothingKept({ name: id })
  return found
})

const list = Effect.fnUntraced(function* ({ json, screen }: Call, id: string | undefined) {
  const found = id === undefined ? yield* keeps() : yield* named(id)
  if (json) screen.out(JSON.stringify({ keeps: found }))
  else if (found.length === 0) screen.out("nothing is kept: everything landed, or nothing was done")
  else {
    const rows = found.map((one) => [nameOf(one), one.at.slice(0, 16).replace("T", " "), count(one.files, "file"), plainLine(one.reason)])
    screen.out(`${table(rows, screen.width())}\n\nGive one back: osier keep restore ${nameOf(found[found.length - 1] ?? { ...empty })}`)
  }
  return 0 as const
})

const empty = { task: "", attempt: "", ref: "", commit: "", reason: "", at: "", files: 0, left: [] }

const show = Effect.fnUntraced(function* ({ json, screen }: Call, found: readonly KeptWork[]) {
  if (json) {
    screen.out(JSON.stringify({ keeps: found }))
    return 0 as const
  }
  for (const one of found) {
    screen.out(screen.paint.bold(`${nameOf(one)}  ${plainLine(one.reason)}`))
    screen.out(`  ${one.ref} (${one.commit.slice(0, 10)}), ${count(one.files, "file")}, ${one.at}`)
    for (const left of one.left) screen.out(`  not kept: ${plainLine(left)}`)
    const stat = yield* Effect.orElseSucceed(compareWork(one.base ?? `${one.commit}^1`, one.commit, ["--stat"]), () => "")
    screen.out(stat.trimEnd())
    screen.out(`  Give it back: osier keep restore ${nameOf(one)}`)
  }
  return 0 as const
})

const giveBack = Effect.fnUntraced(function* ({ at, flags, json, screen }: Call, found: readonly KeptWork[]) {
  const { root, name } = yield* Repository
  const to = textFlag(flags, "to")
  // The newest is the whole of what was there last; older attempts are asked for by their names.
  const one = found[found.length - 1] ?? empty
  const label = `${one.task}-${one.attempt}`
  const into = to === undefined ? join(dirname(root), `${name}.restored`, label) : resolve(at, to)
  const given = yield* restore({ keep: one.ref, into, branch: `restored/${label}` })
  if (json) {
    screen.out(JSON.stringify({ keep: one.ref, ...given }))
    return 0 as const
  }
  screen.out(
    `restored ${nameOf(one)} into ${given.path}: ${count(given.files, "file")} in all${given.branch === undefined ? "" : `, on branch ${given.branch}`}`,
  )
  for (const left of given.left) screen.out(`  was not kept: ${plainLine(left)}`)
  if (found.length > 1) screen.out(`  older: ${found.slice(0, -1).map(nameOf).join(", ")}`)
  screen.out(`The keep stays until: osier keep drop ${nameOf(one)}`)
  return 0 as const
})

/** The one place where work is given up, so it says what it is about and wants the word twice. */
const drop = Effect.fnUntraced(function* ({ flags, json, screen }: Call, found: readonly KeptWork[]) {
  const refs = yield* Refs
  const sure = isSet(flags, "yes")
  const journal = yield* Journal
  // Told first: a run that is on would bring back what vanishes without a word.
  if (sure) yield* journal.append(found.map(({ ref, commit }) => ({ type: "KeepDropped", ref, commit })))
  if (sure) yield* journal.flush.pipe(Effect.ignore)
  if (sure) for (const one of found) yield* refs.swap([{ ref: one.ref, from: one.commit, to: undefined }])
  if (json) screen.out(JSON.stringify({ dropped: sure ? found : [], waiting: sure ? [] : found }))
  else {
    for (const one of found)
      screen.out(`${sure ? "dropped" : "would drop"} ${nameOf(one)}: ${count(one.files, "file")}, ${plainLine(one.reason)} (${one.commit})`)
    if (!sure) screen.out("\nThis gives the work up for good. Say so with --yes.")
    else screen.out(`\nUntil git cleans up, \`git branch rescued ${found[0]?.commit.slice(0, 12) ?? ""}\` still brings it back.`)
  }
  return sure ? (0 as const) : (5 as const)
})

const actions = { show, restore: giveBack, drop } as const
const isAction = (word: string): word is keyof typeof actions => Object.hasOwn(actions, word)

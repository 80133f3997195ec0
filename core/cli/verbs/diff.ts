import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { Paint } from "../../domain/text/colour.ts"
import { compareWork } from "../../steps/commit/compareWork.ts"
import { keeps } from "../../steps/keep/keeps.ts"
import { readTask, taskRef } from "../../steps/task/record.ts"
import { Git } from "../../world/git/git.ts"
import { Refs } from "../../world/git/refs.ts"
import { Repository } from "../../world/git/repository.ts"
import { isSet, taskNumber } from "../flags.ts"
import type { Verb } from "../verb.ts"
import { worldAt } from "../../live.ts"

/** The task has no commits yet, or they are gone. */
class NothingToShow extends Data.TaggedError("NothingToShow")<{ readonly id: number; readonly reason: string }> {
  override get message() {
    return `there is nothing to compare for task ${this.id}: ${this.reason}`
  }
  get hint() {
    return `\`osier show ${this.id}\` tells where it stands, \`osier logs ${this.id}\` what was done.`
  }
  readonly exit = 2
}

/** git's own colours can't be told from those that a changed file holds, so the lines are painted here. */
const paintedDiff = (text: string, paint: Paint): string => {
  if (paint.good("x") === "x") return text
  const painted = (line: string): string => {
    if (/^(diff |index |---|\+\+\+|new |deleted |old |rename |similarity |copy )/.test(line)) return paint.bold(line)
    if (line.startsWith("@@")) return paint.warn(line)
    return line.startsWith("+") ? paint.good(line) : line.startsWith("-") ? paint.bad(line) : line
  }
  return text.split("\n").map(painted).join("\n")
}

/** What a task changed: its last commit against the base it was cut from. */
export const diff: Verb = ({ args, flags, json, screen, at }) =>
  Effect.gen(function* () {
    const [git, refs, { commonDir }] = [yield* Git, yield* Refs, yield* Repository]
    const id = yield* taskNumber(args[0] ?? "")
    const { task } = yield* readTask(id)
    const branch = task.branch === undefined ? undefined : yield* refs.read(`refs/heads/${task.branch}`)
    // What did not land may be nothing but a keep, which knows where its work began.
    const kept = (yield* keeps(id)).at(-1)
    const tip = task.tip ?? branch ?? kept?.commit
    const base = task.base ?? (kept !== undefined && tip === kept.commit ? (kept.base ?? `${tip}^1`) : undefined)
    if (base === undefined || tip === undefined) return yield* new NothingToShow({ id, reason: `it is ${task.status} and has no commits` })
    const asked = ["--git-dir", commonDir, "rev-parse", "--verify", "--quiet", "--end-of-options", `${tip}^{commit}`]
    const known = yield* git.run(asked, { cwd: commonDir, codes: [0, 1] })
    if (known.code !== 0)
      return yield* new NothingToShow({ id, reason: `its commit ${tip} is no longer in the repository (${taskRef(id)} names it)` })
    const compare = (...options: readonly string[]) => compareWork(base, tip, options)
    if (json) {
      const rows = (yield* compare("--numstat", "--no-renames", "-z")).split("\0").slice(0, -1)
      const files = rows.map((row) => {
        const [added = "", removed = "", ...path] = row.split("\t")
        // git writes a hyphen for a file that isn't text
        return { path: path.join("\t"), added: added === "-" ? null : Number(added), removed: removed === "-" ? null : Number(removed) }
      })
      screen.out(JSON.stringify({ id, base, tip, files, ...(isSet(flags, "stat") ? {} : { diff: yield* compare() }) }))
      return 0 as const
    }
    const text = yield* compare("--no-color", ...(isSet(flags, "stat") ? ["--stat"] : []))
    screen.exact(isSet(flags, "stat") ? text : paintedDiff(text, screen.paint))
    return 0 as const
  }).pipe(Effect.provide(worldAt(at)))

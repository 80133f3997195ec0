import * as Effect from "effect/Effect"
import { branchFault } from "../domain/task/branchName.ts"
import type { Declared } from "../domain/plan/planDraft.ts"
import type { Settings } from "../domain/settings/settings.ts"
import { Priority } from "../domain/task/task.ts"
import { knownOf } from "../engine/context/knownOf.ts"
import { readPlan } from "../steps/given/readPlan.ts"
import { UsageWrong } from "./commandLine.ts"
import { isSet, textFlag, textFlags, wordFlag } from "./flags.ts"
import type { Call } from "./verb.ts"

/** The tasks that a call gives by words and files, checked as one plan; none when it gives none. */
export const declared = Effect.fnUntraced(function* (call: Call, settings: Settings) {
  const { args, flags, at } = call
  const words = [...args, ...textFlags(flags, "task")]
  const from = textFlags(flags, "from")
  const priority = yield* wordFlag(flags, "priority", Priority.literals)
  if (words.length === 0 && from.length === 0) {
    yield* onlyForNew(call)
    return []
  }
  const known = yield* knownOf(settings)
  if (from.includes("-") && call.screen.asks) call.screen.err("type one task a line; Ctrl-D ends the list")
  const plan = yield* readPlan({ words, from, at, known })
  const branch = yield* branchFlags(call, plan.length)
  return plan.map((one): Declared => ({ ...one, ...branch, ...(priority === undefined || one.priority !== "normal" ? {} : { priority }) }))
})

/** Fails when a flag says something of new tasks, and there are none: it would count for nothing. */
export const onlyForNew = Effect.fnUntraced(function* ({ flags }: Call) {
  const given = ["branch", "adopt", "fresh", "priority"].find((key) => textFlag(flags, key) !== undefined || isSet(flags, key))
  if (given === undefined) return
  const hint = "those in the store are changed as files: osier tree --tasks, then osier sync"
  return yield* new UsageWrong({ message: `--${given} is for new tasks`, hint })
})

/** The branch that the flags name, and what to do with one of that name that is there. */
const branchFlags = Effect.fnUntraced(function* ({ flags }: Call, tasks: number) {
  const branch = textFlag(flags, "branch")
  const [adopt, fresh] = [isSet(flags, "adopt"), isSet(flags, "fresh")]
  const wrong = (message: string, hint: string) => new UsageWrong({ message, hint })
  if (branch === undefined) {
    if (!adopt && !fresh) return {}
    return yield* wrong(`--${adopt ? "adopt" : "fresh"} is about a branch`, "name it: --branch feature/login")
  }
  if (tasks !== 1) return yield* wrong("--branch is for a lone task", "in a plan each task has its own: branch: feature/login")
  if (adopt && fresh) return yield* wrong("--adopt and --fresh can't go together", "--adopt goes on with the branch, --fresh cuts it anew")
  const fault = branchFault(branch)
  if (fault !== undefined) return yield* wrong(`--branch ${JSON.stringify(branch)} ${fault}`, "write a name that `git branch` takes")
  return { branch, adopt, ...(fresh ? { fresh } : {}) }
})

/** Flags that are settings for this one call. */
export const settingsFlags = (call: Call): Readonly<Record<string, string | boolean | undefined>> => ({
  concurrency: textFlag(call.flags, "jobs") ?? textFlag(call.flags, "max"),
  agent: textFlag(call.flags, "agent"),
  target: textFlag(call.flags, "target"),
  remote: textFlag(call.flags, "remote"),
  land: textFlag(call.flags, "land"),
  merge: textFlag(call.flags, "merge"),
  commits: textFlag(call.flags, "commits"),
  on_red_target: textFlag(call.flags, "onRedTarget"),
  keep_branch: call.flags["keepBranch"] === true ? true : undefined,
})

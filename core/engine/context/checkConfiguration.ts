import * as Effect from "effect/Effect"
import { basename, dirname, join, resolve } from "node:path"
import { quoteWord } from "../../domain/text/quoteWord.ts"
import { changeText, undoCommand } from "../../domain/git/settingChange.ts"
import { valuesIn } from "../../steps/given/configuration.ts"
import { settingMemory, standingChanges } from "../../steps/given/settingMemory.ts"
import { Files } from "../../world/machine/files.ts"
import { Git } from "../../world/git/git.ts"
import { Repository } from "../../world/git/repository.ts"
import { bad, type Check, good, odd } from "./check.ts"

/** Whether git's configuration says of the checkout what is so, and what changed in it during runs that nobody undid. */
export const checkConfiguration = Effect.fn("checkConfiguration")(function* () {
  const checks: Check[] = yield* lostCheckout()
  for (const change of yield* standingChanges())
    checks.push(
      odd(
        "configuration",
        `since ${change.by} ran: ${changeText(change)}`,
        `undo it: ${undoCommand(change)}; or accept it: rm ${quoteWord(yield* settingMemory)}`,
      ),
    )
  return [...(checks.length === 0 ? [good("configuration", "as it was")] : checks), ...(yield* mergeDrivers())]
})

/** A landing must come out the same on every machine, so that no program of one machine's configuration may decide a merge. */
const mergeDrivers = Effect.fnUntraced(function* () {
  const git = yield* Git
  const { commonDir } = yield* Repository
  const asked = ["--git-dir", commonDir, "config", "--name-only", "-z", "--get-regexp", "^merge\\..*\\.driver$"]
  const keys = yield* git.fields(asked, { cwd: commonDir, codes: [0, 1] })
  const names = [...new Set(keys.map((key) => key.slice("merge.".length, -".driver".length)))]
  if (names.length === 0) return []
  const found = `landings do not use the merge ${names.length === 1 ? "driver" : "drivers"} ${names.join(", ")} of git's configuration`
  return [
    odd(
      "merge drivers",
      found,
      "files that these merge conflict here, and go back to the agent: give tasks that write them disjoint scopes or needs",
    ),
  ]
})

/** A test suite that says `git init` inside of a hook tells git that there is no checkout, or that it is somewhere else. */
export const lostCheckout = Effect.fn("lostCheckout")(function* () {
  const files = yield* Files
  const { commonDir } = yield* Repository
  const path = join(commonDir, "config")
  const values = yield* valuesIn((yield* files.read(path)) ?? Buffer.of())
  const last = (key: string) => values?.get(key)?.at(-1)
  const config = `git config --file ${quoteWord(path)}`
  const checks: Check[] = []
  // A bare repository has no index, whatever its folder is called.
  const isCheckout = basename(commonDir) === ".git" && (yield* files.stat(join(commonDir, "index"))) !== undefined
  if (isCheckout && last("core.bare")?.toLowerCase() === "true")
    checks.push(bad("checkout", `core.bare is true, so that git takes ${dirname(commonDir)} for no checkout`, `${config} core.bare false`))
  const worktree = last("core.worktree")
  const place = worktree === undefined ? undefined : resolve(commonDir, worktree)
  if (place !== undefined && (yield* files.stat(join(place, ".git"))) === undefined)
    checks.push(bad("checkout", `core.worktree is ${place}, where no checkout is`, `${config} --unset-all core.worktree`))
  return checks
})

import * as Effect from "effect/Effect"
import { count, span } from "../../domain/text/plainText.ts"
import { quoteWord } from "../../domain/text/quoteWord.ts"
import { lockFiles } from "../../steps/lock/lockFiles.ts"
import type { LockFile } from "../../steps/lock/lockFiles.ts"
import { type Check, good, odd } from "../context/check.ts"

const most = 20

/** Lock files of git's that stand longer than any living git holds one: whose each is, for how long, and what to type. */
export const checkLockFiles = Effect.fn("checkLockFiles")(function* () {
  const found = yield* lockFiles()
  if (found.length === 0) return [good("lock files", "none of git's is left over")]
  const rest = found.length - most
  return [
    ...found.slice(0, most).map(told),
    ...(rest > 0 ? [odd("lock files", `and ${count(rest, "more lock file")}`, "osier doctor, when these are gone")] : []),
  ]
})

const told = ({ path, ageMs, announced, gits }: LockFile): Check => {
  const since = `${path}, for ${span(ageMs)}`
  if (announced?.alive === "dead") {
    const of = `of osier's process ${announced.owner.pid}, which is dead`
    return odd("lock files", `${since}, ${of}`, `osier clean, or the next run, removes it; or: rm ${quoteWord(path)}`)
  }
  if (announced !== undefined)
    return odd(
      "lock files",
      `${since}, announced by osier's process ${announced.owner.pid}, which is ${announced.alive}`,
      "it goes with its act",
    )
  if (gits !== undefined && gits.length > 0) {
    const who = gits.slice(0, 3).map(({ pid, command }) => `${pid} (${command})`)
    return odd("lock files", `${since}; at work here: ${who.join(", ")}`, `wait for it; if it is not its own: rm ${quoteWord(path)}`)
  }
  const dead = gits === undefined ? "a git that died may have left it" : "its owner is dead: no git is at work here"
  return odd("lock files", `${since}; ${dead}`, `rm ${quoteWord(path)}`)
}

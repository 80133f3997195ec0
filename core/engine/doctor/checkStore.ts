import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { signOfLife, skewMs } from "../../domain/lock/lock.ts"
import { count, span } from "../../domain/text/plainText.ts"
import { remoteNames } from "../../domain/git/remoteNames.ts"
import type { Settings } from "../../domain/settings/settings.ts"
import { readTask, taskRef } from "../../steps/task/record.ts"
import { surveyLocks } from "../../steps/lock/surveyLocks.ts"
import { Git } from "../../world/git/git.ts"
import { Refs } from "../../world/git/refs.ts"
import { Repository } from "../../world/git/repository.ts"
import { bad, type Check, good, odd } from "../context/check.ts"

/** Locks that nobody will free, or nobody can read. */
export const checkLocks = Effect.fn("checkLocks")(function* ({ remote, namespace }: Pick<Settings, "remote" | "namespace">) {
  const { locks, broken } = yield* surveyLocks()
  const checks = broken.map((ref): Check => {
    const remove = remote === "none" ? `git update-ref -d ${ref}` : `git push ${remote} :${remoteNames(namespace).theirs(ref)}`
    return bad("locks", `${ref} is no lock record`, `git cat-file -p ${ref}; when nothing runs: ${remove}`)
  })
  const stale = locks.filter(({ standing }) => standing === "dead" || standing === "over")
  const held = locks.filter(({ standing }) => standing === "held")
  const told = stale.map(({ name, standing, lock }) => `${name} (${standing === "dead" ? "owner dead" : "lease over"}, ${lock.owner.host})`)
  return [
    ...checks,
    stale.length === 0
      ? good("locks", `${count(held.length, "lock")} held, none stale`)
      : odd("locks", `${count(stale.length, "stale lock")}: ${told.join(", ")}`, "osier clean --stale, or osier run takes them over"),
  ]
})

/** Whether something was written at a time that is still to come here: then a clock is wrong, here or there. */
export const checkClocks = Effect.fn("checkClocks")(function* ({ remote }: Pick<Settings, "remote">, target: string) {
  const [git, { commonDir }] = [yield* Git, yield* Repository]
  const now = yield* Clock.currentTimeMillis
  const { locks } = yield* surveyLocks()
  const signs = locks.map(({ name, lock }) => ({
    by: `the lock ${name} of ${lock.owner.host}`,
    at: Math.max(signOfLife(lock), Date.parse(lock.acquired)),
  }))
  const newest = ["--sort=-committerdate", "--count=1", "--format=%(committerdate:unix) %(refname)"]
  const places = ["refs/osier/tasks/", remote === "none" ? `refs/heads/${target}` : `refs/remotes/${remote}/${target}`]
  for (const place of places) {
    const [at, ref] = (yield* git.text(["--git-dir", commonDir, "for-each-ref", ...newest, place], { cwd: commonDir })).split(" ")
    if (ref !== undefined) signs.push({ by: `the newest commit of ${ref}`, at: Number(at) * 1000 })
  }
  const ahead = signs.filter(({ at }) => at > now + skewMs)
  if (ahead.length === 0) return [good("clock", "nothing is dated ahead of it")]
  const told = ahead.map(({ by, at }) => `${by} by ${span(at - now)}`)
  return [
    odd(
      "clock",
      `dated ahead of the clock here: ${told.join(", ")}`,
      "set the clocks, here or there: timedatectl set-ntp true; leases rely on them",
    ),
  ]
})

/** Tasks whose record can't be read, so that nobody can work on them. */
export const checkRecords = Effect.fn("checkRecords")(function* ({ remote, namespace }: Pick<Settings, "remote" | "namespace">) {
  const refs = yield* Refs
  const all = yield* refs.list("refs/osier/tasks/")
  // Nobody who has seen the broken one would go back behind it: there, the good one has to follow it.
  const wayBack = (ref: string) =>
    `git log -p ${ref}; the record before is brought back by: ${
      remote === "none"
        ? `git update-ref ${ref} ${ref}~`
        : `git push ${remote} "$(git commit-tree "${ref}~^{tree}" -p ${ref} -m "Bring the record back")":${remoteNames(namespace).theirs(ref)}`
    }`
  const looked = yield* Effect.forEach([...all.keys()], (ref) =>
    readTask(Number(ref.slice(taskRef(0).length - 1))).pipe(
      Effect.as(undefined),
      Effect.catchTag("TaskFileBroken", ({ message }) => Effect.succeed(bad("tasks", message, wayBack(ref)))),
      Effect.catchTag("NoSuchTask", () => Effect.succeed(bad("tasks", `${ref} is no ref of a task`, `git show ${ref}`))),
    ),
  )
  const faults = looked.filter((check) => check !== undefined)
  return faults.length > 0 ? faults : [good("tasks", `${count(all.size, "task")}, each can be read`)]
})

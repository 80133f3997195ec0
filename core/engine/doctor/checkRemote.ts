import * as Effect from "effect/Effect"
import { count } from "../../domain/text/plainText.ts"
import { ownRefs } from "../../domain/git/remoteNames.ts"
import type { Settings } from "../../domain/settings/settings.ts"
import { isCut } from "../../steps/commit/isCut.ts"
import { Git } from "../../world/git/git.ts"
import { Refs } from "../../world/git/refs.ts"
import { Remote } from "../../world/remote/remote.ts"
import { Repository } from "../../world/git/repository.ts"
import { bad, type Check, good, odd } from "../context/check.ts"
import { remoteAt } from "../../world/remote/sharing.ts"
import { probeRemote } from "./probeRemote.ts"

/**
 * The remote that tasks are shared through: is it there, is the target, does it take osier's refs, does the branch here stand
 * where its own does. Nothing is written there, but with `probe` one ref that is deleted at once.
 */
export const checkRemote = Effect.fn("checkRemote")(function* (settings: Settings, target: string, probe: boolean) {
  const { remote: name, namespace } = settings
  const seen = yield* Effect.flatMap(Effect.service(Remote), (remote) => remote.list([ownRefs, "refs/heads/"])).pipe(
    Effect.provide(remoteAt(name, namespace)),
  )
  const own = [...seen.keys()].filter((ref) => ref.startsWith(ownRefs))
  const elsewhere = namespace === "refs/heads/osier/" ? [] : [...seen.keys()].filter((ref) => ref.startsWith("refs/heads/osier/locks/"))
  const checks: Check[] = [good("remote", `${name} answers`)]
  if (probe) {
    const place = yield* probeRemote(name)
    checks.push(
      place === namespace || namespace.startsWith("refs/heads/")
        ? good("remote refs", `${name} takes them below ${place}`)
        : bad("remote refs", `${name} takes only branches`, `set \`namespace: ${place}\` in osier.yaml, the same for everybody`),
    )
  } else if (own.length > 0) checks.push(good("remote refs", `${count(own.length, "ref")} of osier's on ${name}, below ${namespace}`))
  else checks.push(odd("remote refs", `none of osier's on ${name} yet, so that nobody knows whether it takes them`, "osier doctor --probe"))
  if (elsewhere.length > 0)
    checks.push(
      bad(
        "remote refs",
        `somebody shares tasks through ${name} below refs/heads/osier/, and this clone below ${namespace}`,
        "set the same `namespace:` in everybody's osier.yaml: two stores do not see each other's locks",
      ),
    )
  const tip = seen.get(`refs/heads/${target}`)
  checks.push(
    tip === undefined
      ? bad("remote target", `${name} has no branch ${target}`, `git push ${name} ${target}`)
      : yield* compared(settings, target, tip),
  )
  return checks
})

/** How the branch here stands to the one that counts. */
const compared = Effect.fnUntraced(function* ({ remote: name, namespace }: Settings, target: string, tip: string) {
  const [git, refs, { commonDir }] = [yield* Git, yield* Refs, yield* Repository]
  const here = yield* refs.read(`refs/heads/${target}`)
  if (here === tip) return good("remote target", `${target} is here as ${name} has it`)
  if (here === undefined) return odd("remote target", `there is no ${target} here`, `git fetch ${name} ${target}:${target}`)
  yield* Effect.flatMap(Effect.service(Remote), (remote) => remote.fetch([`refs/heads/${target}`])).pipe(
    Effect.provide(remoteAt(name, namespace)),
  )
  const sides = yield* git.text(["--git-dir", commonDir, "rev-list", "--left-right", "--count", `${here}...${tip}`], { cwd: commonDir })
  const [ahead = 0, behind = 0] = sides.split("\t").map(Number)
  if (ahead === 0)
    return odd(
      "remote target",
      `${target} here is ${count(behind, "commit")} behind ${name}`,
      `git pull --ff-only ${name} ${target}, or osier run`,
    )
  if (yield* isCut(here, tip))
    return odd("remote target", `whether ${target} here can follow ${name} can't be told: history is cut off`, "git fetch --unshallow")
  if (behind === 0)
    return odd(
      "remote target",
      `${target} here has ${count(ahead, "commit")} that ${name} does not have, and that no task sees`,
      `git push ${name} ${target}`,
    )
  return odd(
    "remote target",
    `${target} has diverged: ${count(ahead, "commit")} only here, ${count(behind, "commit")} only on ${name}; work lands there all the same`,
    `git pull --rebase ${name} ${target}`,
  )
})

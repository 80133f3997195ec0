import * as Effect from "effect/Effect"
import { readLanding } from "../../domain/git/landing.ts"
import { Git } from "../../world/git/git.ts"
import { Repository } from "../../world/git/repository.ts"

/** One step of the target: who landed with it; nobody when a person pushed it. */
export interface LandingStep {
  readonly commit: string
  readonly parent: string
  readonly tasks: readonly number[]
}

/** How the target got from one commit to the other, oldest first, along its first parents. */
export const landingsBetween = Effect.fn("landingsBetween")(function* (from: string, to: string) {
  const git = yield* Git
  const { commonDir } = yield* Repository
  const rows = yield* git.fields(
    ["--git-dir", commonDir, "log", "--first-parent", "--reverse", "-z", "--format=%H %P%n%B", `${from}..${to}`],
    {
      cwd: commonDir,
    },
  )
  return rows.map((row): LandingStep => {
    const end = row.indexOf("\n")
    const [commit = "", parent = ""] = row.slice(0, end).split(" ")
    return { commit, parent, tasks: readLanding(row.slice(end + 1))?.tasks.map((task) => task.id) ?? [] }
  })
})

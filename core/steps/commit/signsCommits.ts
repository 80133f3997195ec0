import * as Effect from "effect/Effect"
import { Git } from "../../world/git/git.ts"
import { gitPlace } from "./gitPlace.ts"

/** Whether the user's git signs each commit. osier's own pins are not asked. */
export const signsCommits = Effect.fn("signsCommits")(function* (at?: string) {
  const git = yield* Git
  const { args, cwd } = yield* gitPlace(at)
  const asked = [...args, "config", "--type=bool", "--get", "commit.gpgSign"]
  return (yield* git.run(asked, { cwd, programs: true, codes: [0, 1] })).stdout.toString().trim() === "true"
})

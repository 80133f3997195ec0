import * as Effect from "effect/Effect"
import { readdirSync } from "node:fs"
import type { JudgeInput, JudgeTree } from "../../core/steps/gate/judgeTree.ts"
import { withJudge } from "../../core/steps/gate/judgeTree.ts"
import { courtroom } from "./courtroom.ts"
import type { Repo } from "./repo.ts"
import { inWorld } from "./world.ts"

/** One use of a checkout that passes, and what was there. */
export const use = (
  repo: Repo,
  commit: string,
  more: Partial<JudgeInput> = {},
  act: (place: JudgeTree) => void = () => undefined,
  { root, seen } = courtroom(repo),
) => {
  return inWorld(
    repo.path,
    withJudge({ root, commit, keepIgnored: [], graceMs: 300, ...more }, (place) =>
      Effect.gen(function* () {
        const seen = {
          path: place.path,
          cold: place.cold,
          names: readdirSync(place.path)
            .filter((name) => name !== ".git")
            .toSorted(),
        }
        act(place)
        const changed = yield* place.changed
        yield* place.trust
        return { ...seen, changed }
      }),
    ),
    seen,
  )
}

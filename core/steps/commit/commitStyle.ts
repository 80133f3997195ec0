import * as Effect from "effect/Effect"
import { titleStyle } from "../../domain/task/commitTitle.ts"
import type { CommitWords } from "../../domain/task/commitWords.ts"
import type { Settings } from "../../domain/settings/settings.ts"
import { Git } from "../../world/git/git.ts"
import { Repository } from "../../world/git/repository.ts"

/** How commits are worded: as the settings say, and where they leave it open as most of the target's last commits are. */
export const commitStyle = Effect.fn("commitStyle")(function* ({ title, trailers }: Settings["commit"], target: string) {
  if (title !== "auto") return { title, trailers } satisfies CommitWords
  const git = yield* Git
  const { commonDir } = yield* Repository
  const args = [
    "--git-dir",
    commonDir,
    "log",
    "-z",
    "--no-show-signature",
    "--no-merges",
    `--max-count=${looked}`,
    "--format=%s",
    target,
    "--",
  ]
  const subjects = (yield* git.text(args, { cwd: commonDir })).split("\0").filter((subject) => subject !== "")
  return { title: titleStyle(subjects), trailers } satisfies CommitWords
})

/** So many say what a repository does. */
const looked = 50

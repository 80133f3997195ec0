import * as Effect from "effect/Effect"
import type { Git } from "./git.ts"
import { refFiles } from "./refFiles.ts"

/** Every ref below a prefix, with its id. What the files can't tell, or not at this moment, git tells: also why. */
export const refList = (git: Git["Service"], commonDir: string) => {
  const fromFiles = refFiles(commonDir)
  const byGit = (prefix: string) =>
    Effect.map(
      git.run(["--git-dir", commonDir, "for-each-ref", "--format=%(objectname) %(refname)", prefix], { cwd: commonDir }),
      ({ stdout }) => parseList(stdout.toString()),
    )
  return (prefix: string) =>
    Effect.tryPromise(() => fromFiles(prefix)).pipe(
      Effect.orElseSucceed(() => undefined),
      Effect.flatMap((found) => (found === undefined ? byGit(prefix) : Effect.succeed(found))),
    )
}

const parseList = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text
      .split("\n")
      .filter((row) => row !== "")
      .map((row): [string, string] => [row.slice(row.indexOf(" ") + 1), row.slice(0, row.indexOf(" "))]),
  )

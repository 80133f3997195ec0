import * as Effect from "effect/Effect"
import { creditLines } from "../../domain/task/creditLines.ts"
import { Git } from "../../world/git/git.ts"
import { Repository } from "../../world/git/repository.ts"
import { forkOf } from "./forkOf.ts"
import { readCommit } from "./readCommit.ts"

/** Whose work a commit is that stands for several. */
export interface Credits {
  /** A whole author line, with its time. */
  readonly author: string
  /** Trailers that end in `-by`, each once; whoever else is an author of the commits is among them. */
  readonly lines: readonly string[]
}

/** Whose work the commits of a task are: its author is who made most of them, and what they sign is not lost. */
export const credits = Effect.fn("credits")(function* (onto: string, tip: string) {
  const oids = (yield* forkOf(tip, onto))?.one.toReversed() ?? (yield* listed(onto, tip))
  const commits = yield* Effect.forEach(oids.length === 0 ? [tip] : oids, (oid) => readCommit(oid))
  const lines = new Map<string, string>()
  const counts = new Map<string, number>()
  for (const { author } of commits) {
    lines.set(nameOf(author), author)
    counts.set(nameOf(author), (counts.get(nameOf(author)) ?? 0) + 1)
  }
  const most = Math.max(...counts.values())
  const first = [...counts].findLast(([, count]) => count === most)?.[0] ?? ""
  const others = [...counts.keys()].filter((name) => name !== first)
  return {
    author: lines.get(first) ?? "",
    lines: creditLines(
      commits.map(({ message }) => message),
      others,
    ),
  } satisfies Credits
})

const listed = Effect.fnUntraced(function* (onto: string, tip: string) {
  const git = yield* Git
  const { commonDir } = yield* Repository
  const args = ["--git-dir", commonDir, "rev-list", "--reverse", "--no-merges", "--max-count=1000", tip, "--not", onto]
  return (yield* git.text(args, { cwd: commonDir })).split("\n").filter((oid) => oid !== "")
})

/** An author line without its time. */
const nameOf = (line: string): string => line.replace(/ \d+ [+-]\d+$/, "")

import * as Effect from "effect/Effect"
import { Git } from "../../world/git/git.ts"
import { changesBetween } from "../commit/changesBetween.ts"

/**
 * The submodules that the work moved to a commit which nobody else could get, each in a sentence: repositories that were
 * left lying in the tree, of which git records a bare pointer, and commits that no remote of the submodule has.
 */
export const lostPointers = Effect.fn("lostPointers")(function* (input: {
  readonly tree: string
  readonly base: string
  readonly tip: string
}) {
  const git = yield* Git
  const at = { cwd: input.tree }
  const pointers = (yield* changesBetween(input.base, input.tip)).filter(({ after }) => after?.startsWith("160000 ") === true)
  const sentences: string[] = []
  for (const { path, after = "" } of pointers) {
    const oid = after.slice(7)
    const places = yield* git.run(["config", "-z", "--blob", `${input.tip}:.gitmodules`, "--get-regexp", "^submodule\\..*\\.path$"], {
      ...at,
      codes: [0, 1],
    })
    const listed = places.stdout
      .toString()
      .split("\0")
      .some((each) => each.slice(each.indexOf("\n") + 1) === path)
    if (!listed) {
      sentences.push(`${path} is a repository of its own, and git would record only a pointer into it: remove ${path}/.git, or ignore it`)
      continue
    }
    const asked = ["-C", path, "for-each-ref", "--count=1", "--contains", oid, "refs/remotes"]
    const there = yield* git.run(asked, { ...at, no: /cannot change to|no such commit|malformed object name/ })
    if (there.code !== 0 || there.stdout.length === 0) {
      sentences.push(`the submodule ${path} points at ${oid.slice(0, 12)}, which its remote does not have: push it there first`)
    }
  }
  return sentences
})

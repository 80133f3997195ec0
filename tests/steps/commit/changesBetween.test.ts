import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import { expect, test } from "vitest"
import { changesBetween } from "../../../core/steps/commit/changesBetween.ts"
import { dice, seed } from "../../support/dice.ts"
import { plantHistory } from "../../support/histories.ts"
import { makeRepo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

test(`of planted histories it says what git says, pair by pair (seed ${seed})`, { timeout: 60_000 }, async () => {
  const roll = dice(seed)
  const repo = makeRepo()
  const commits = plantHistory(repo, roll)
  const pairs = Array.from({ length: 300 }, () => {
    const one = () => commits[Math.floor(roll() * commits.length)] ?? ""
    return [one(), one()] as const
  })
  const ours = await inWorld(
    repo.path,
    Effect.forEach(pairs, ([from, to]) => changesBetween(from, to)),
  )
  const trees = new Map(commits.map((commit) => [commit, repo.git("rev-parse", `${commit}^{tree}`)]))
  const treeOf = (commit: string) => trees.get(commit) ?? ""
  // Two trees a line, and git answers with one block a line: ids, then every change.
  const said = execFileSync("git", ["diff-tree", "--stdin", "-r", "-z", "--raw", "--no-renames", "--no-abbrev"], {
    cwd: repo.path,
    input: pairs.map(([from, to]) => `${treeOf(from)} ${treeOf(to)}\n`).join(""),
    encoding: "utf8",
  })
  expect(ours.map((changes) => changes.map(({ path, before, after }) => `${before ?? "-"} ${after ?? "-"} ${path}`))).toEqual(blocks(said))
})

/** Each pair begins with a line of its two trees; then come change and path in turn. */
const blocks = (said: string): readonly (readonly string[])[] => {
  const found: string[][] = []
  let rest = said
  while (rest !== "") {
    const head = /^([0-9a-f]{40}) ([0-9a-f]{40})\n/.exec(rest)
    if (head !== null) {
      found.push([])
      rest = rest.slice(head[0].length)
      continue
    }
    const [change = "", path = ""] = rest.split("\0", 2)
    const [from = "", to = "", before = "", after = ""] = change.slice(1).split(" ")
    const side = (mode: string, oid: string) => (/^0+$/.test(mode) ? "-" : `${mode} ${oid}`)
    found.at(-1)?.push(`${side(from, before)} ${side(to, after)} ${path}`)
    rest = rest.slice(change.length + path.length + 2)
  }
  return found
}

import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Repo } from "./repo.ts"

const kinds = ["100644", "100755", "120000", "160000"] as const
const names = ["a", "a.b", "a-b", "b", "é", "c", "日本"] as const

/**
 * A seeded history of odd trees, written by `git fast-import`: changed modes, links, submodules, files that become folders
 * and folders that become files; merges when `merges` says how often. Answers with every commit, oldest first.
 */
export const plantHistory = (repo: Repo, roll: () => number, { commits = 40, merges = 0 } = {}): readonly string[] => {
  const one = <A>(all: readonly A[]): A | undefined => all[Math.floor(roll() * all.length)]
  const path = () => Array.from({ length: 1 + Math.floor(roll() * 3) }, () => one(names) ?? "a").join("/")
  const lines: string[] = []
  for (let n = 1; n <= commits; n++) {
    const parent = n === 1 ? undefined : roll() < 0.8 ? n - 1 : 1 + Math.floor(roll() * (n - 1))
    const second = n > 2 && roll() < merges ? 1 + Math.floor(roll() * (n - 1)) : undefined
    lines.push("commit refs/heads/planted", `mark :${n}`, `committer Dev <dev@example.com> ${1_700_000_000 + n} +0000`, "data 1", "x")
    if (parent !== undefined) lines.push(`from :${parent}`)
    if (second !== undefined && second !== parent) lines.push(`merge :${second}`)
    for (let changes = 0; changes < 4; changes++) {
      const kind = one(kinds) ?? "100644"
      if (roll() < 0.3) lines.push(`D ${path()}`)
      else if (kind === "160000") lines.push(`M 160000 ${String(n).padStart(40, "1")} ${path()}`)
      else lines.push(`M ${kind} inline ${path()}`, "data 2", `${n % 10}`)
    }
    lines.push("")
  }
  const marks = join(repo.path, ".git", "marks")
  execFileSync("git", ["fast-import", "--quiet", "--force", `--export-marks=${marks}`], { cwd: repo.path, input: lines.join("\n") })
  const numbered = readFileSync(marks, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => [Number(line.slice(1, line.indexOf(" "))), line.slice(line.indexOf(" ") + 1)] as const)
  return numbered.toSorted(([a], [b]) => a - b).map(([, oid]) => oid)
}

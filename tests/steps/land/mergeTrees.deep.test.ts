import { existsSync } from "node:fs"
import { dice, seed } from "../../support/dice.ts"
import { join } from "node:path"
import { expect, test } from "vitest"
import type { Repo } from "../../support/repo.ts"
import { fork, merge, odd } from "../../support/fork.ts"

test("random edits merge as `git merge` does in a checkout", async () => {
  const next = dice(seed)
  const pick = (n: number) => Math.floor(next() * n)
  const paths = [...Array.from({ length: 12 }, (_, n) => `dir${n % 3}/file ${n}`), ...odd]
  const text = (salt: string) => Array.from({ length: 12 }, (_, n) => `line ${n} ${salt}`).join("\n")
  const edit = (r: Repo, who: string) => {
    for (let n = 0; n < 4; n++) {
      const path = paths[pick(paths.length)] ?? ""
      const what = pick(6)
      if (!existsSync(join(r.path, path))) continue
      if (what === 0) r.git("rm", "-qf", "--", `:(literal)${path}`)
      else if (what === 1) r.git("mv", "-f", "--", path, `moved ${who} ${n}`)
      else if (what === 2) r.write(`new ${pick(3)}`, `${who}\n`)
      else r.write(path, text(path).replace(`line ${pick(12)} `, `${who} ${n} `))
    }
  }
  for (let round = 0; round < 12; round++) {
    const base = Object.fromEntries(paths.map((path) => [path, text(path)]))
    const { repo, sides } = fork(
      base,
      (r) => edit(r, "ours"),
      (r) => edit(r, "theirs"),
    )
    const inMemory = await merge(repo, sides)
    let clean = true
    try {
      repo.git("-c", "merge.directoryRenames=conflict", "merge", "-q", "--no-ff", "-m", "m", "task")
    } catch {
      clean = false
    }
    const label = `seed ${seed}, round ${round}`
    expect(inMemory.type === "merged", label).toBe(clean)
    if (clean) expect(inMemory.tree, label).toBe(repo.git("rev-parse", "HEAD^{tree}"))
    else {
      const unmerged = new Set(
        repo
          .git("ls-files", "-u", "-z")
          .split("\0")
          .filter(Boolean)
          .map((row) => row.slice(row.indexOf("\t") + 1)),
      )
      expect(new Set(inMemory.type === "conflict" ? inMemory.files : []), label).toEqual(unmerged)
    }
  }
}, 120_000)

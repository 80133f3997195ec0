import { mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { dice, seed } from "../../support/dice.ts"
import { dirname, join } from "node:path"
import { test } from "vitest"
import { setting } from "../../support/keeping.ts"

test("random trees survive the round trip", { timeout: 120_000 }, async () => {
  const next = dice(seed)
  const pick = <A>(from: readonly A[]): A | undefined => from[Math.floor(next() * from.length)]
  const names = [
    "a",
    "b.txt",
    "ü",
    "-x",
    "with space",
    "new\nline",
    ".git",
    "GIT~1",
    "=osier=",
    "x.log",
    "build",
    "*",
    "\\",
    ".gitattributes",
  ]
  const bodies = ["", "text\n", "crlf\r\nlines\r\n", "\u0000\u00ff", "mixed\r\nends\n", "* text eol=crlf\n"]
  for (let round = 0; round < Number(process.env["OSIER_ROUNDS"] ?? 6); round++) {
    const { tree, within, roundTrip } = await setting({
      "a.txt": "a\n",
      ".gitignore": "*.log\nbuild\n",
      ".gitattributes": "* text=auto eol=crlf\n",
    })
    for (let n = 0; n < 25; n++) {
      const parts = Array.from({ length: 1 + Math.floor(next() * 3) }, () => pick(names) ?? "a")
      // What git itself keeps at the top stays as it is.
      if (parts[0] === ".git") parts[0] = "top"
      const path = join(tree.path, ...parts)
      try {
        mkdirSync(dirname(path), { recursive: true })
        if (next() < 0.15) symlinkSync(pick(names) ?? "a", path)
        else if (next() < 0.1) mkdirSync(path)
        else writeFileSync(path, pick(bodies) ?? "", { mode: pick([0o644, 0o755, 0o600, 0o640]) ?? 0o644 })
        // A folder of that name in the index is an error of the repository's own.
        if (next() < 0.3 && !parts.slice(0, -1).includes(".gitattributes")) within("add", "-f", "--", `:(literal)${parts.join("/")}`)
      } catch {
        // A file where a folder is wanted, or a name git refuses: the next one, then.
      }
    }
    writeFileSync(join(tree.path, "always"), "x")
    await roundTrip({ reason: `seed ${seed}`, maxBytes: 1_000_000 })
  }
})

import { expect, test } from "vitest"
import { gitWords } from "../../../core/domain/git/gitWords.ts"

test("the line that names the file is never cut off by git's general advice", () => {
  const said = `fatal: Unable to create '/r/.git/index.lock': File exists.

Another git process seems to be running in this repository, e.g.
an editor opened by 'git commit'. Please make sure all processes
are terminated then try again. If it still fails, a git process
may have crashed in this repository earlier:
remove the file manually to continue.
`
  expect(gitWords(said)).toBe("fatal: Unable to create '/r/.git/index.lock': File exists.")
})

test("of many lines the first and the last are told, and no hint", () => {
  const rows = Array.from({ length: 9 }, (_, n) => `error: row ${n}`)
  expect(gitWords(`${rows.join("\n")}\nhint: do this\nfatal: adding files failed\n`)).toBe(
    "error: row 0; error: row 1; …; error: row 8; fatal: adding files failed",
  )
  expect(gitWords("error: 'sub/' does not have a commit checked out\nfatal: adding files failed\n")).toBe(
    "error: 'sub/' does not have a commit checked out; fatal: adding files failed",
  )
  expect(gitWords("")).toBe("")
})

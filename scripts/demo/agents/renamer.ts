/** Stands in for a model: renames a function wherever it is used, and commits that by itself. */
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"

const git = (...args: readonly string[]): string => execFileSync("git", args, { encoding: "utf8" })

const users = git("grep", "-l", "-z", "formatPrice", "--", "packages").split("\0").filter(Boolean)
console.log(`formatPrice is used in ${users.length} files.`)
for (const file of users) {
  await pause(200)
  writeFileSync(file, readFileSync(file, "utf8").replaceAll("formatPrice", "priceText"))
  console.log(`Renamed it in ${file}`)
}
// The demo wants to show what happens when both work at the same time, so the rename is done only after the other began.
for (let waited = 0; !existsSync(join(import.meta.dirname, "lister.began")) && waited < 90_000; waited += 100) await pause(100)
git("commit", "-q", "-a", "-m", "refactor(money): rename formatPrice to priceText")
console.log("Committed. No caller of formatPrice is left.")

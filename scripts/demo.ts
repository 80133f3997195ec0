/**
 * The demo: makes a small shop as a git repository in the system's temporary folder, runs the real engine on ten tasks in
 * it, and then proves what it says about the outcome. No key, no network; `--clean` removes the repository afterwards.
 */
import { mkdtemp, realpath, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { styleText } from "node:util"
import { type Claim, claims, greenClaim } from "./demo/claims.ts"
import { gather, osier } from "./demo/facts.ts"
import { judgeHistory } from "./demo/history.ts"
import { gate, git, makeShop } from "./demo/shop.ts"

const styled = (style: Parameters<typeof styleText>[0], text: string) => styleText(style, text, { stream: process.stdout })
const say = (text = "") => console.log(text)
const heading = (text: string) => say(`\n${styled("bold", text)}\n`)

/** Broken at words, so that it reads well on any terminal; pipes get lines of the same width. */
const wrapped = (text: string, indent: string): string => {
  const width = Math.min(process.stdout.columns || 100, 110) - indent.length
  const rows: string[] = []
  for (const word of text.split(" ")) {
    const row = rows.at(-1)
    if (row !== undefined && row.length + word.length < width) rows[rows.length - 1] = `${row} ${word}`
    else rows.push(word)
  }
  return rows.join(`\n${indent}`)
}

const tell = ({ says, against }: Claim) => {
  say(`  ${against.length === 0 ? styled("green", "✓") : styled("red", "✗")} ${wrapped(says, "    ")}`)
  for (const fault of against) say(`    ${styled("red", `but ${fault}`)}`)
}

const intro = async (repository: string) => {
  const files = (await git(repository, "ls-files")).split("\n").length
  say(styled("bold", "osier: many agents side by side on one repository, woven into a branch that stays green"))
  say(`
A corner shop with six packages, ${files} files and a test suite was just made in ${repository}.
Ten tasks are waiting for agents; scripts stand in for models here, so nothing needs a key or a network.

    T1 ─┬─ T2 ─┬─ T3 ─┐        T7 renames a function, T8 starts to use its old name:
        │      └─ T4 ─┼─ T6    each passes alone, together they fail.
        └─ T5 ────────┘        T9 can't succeed, and T10 needs it.

Its owner is in the middle of a sentence in README.md. What runs now: osier run --from plan.yaml -j 3
`)
}

const outro = (folder: string, repository: string) => {
  heading("What to type next")
  const lines = [
    [`cd ${repository}`, "an ordinary repository: look around with git"],
    [`alias osier='${process.execPath} ${join(import.meta.dirname, "..", "core", "main.ts")}'`, ""],
    ["osier ls --all", "where every task stands"],
    ["osier show 9", "why it failed, and what to do about it"],
    ["osier keep restore 9 --to ../saved", "everything its agent left, in a folder of its own"],
    ["osier retry 9", "another go; #10 follows if it lands"],
    [`rm -r ${folder}`, "when you have seen enough"],
  ] as const
  for (const [command, why] of lines) say(`  ${command.padEnd(36)}${why === "" ? "" : styled("dim", `  # ${why}`)}`)
}

/** Runs the demo in a folder, and answers with its exit code. */
const demo = async (folder: string, clean: boolean): Promise<number> => {
  const started = performance.now()
  const shop = await makeShop(folder)
  const { repository } = shop
  await intro(repository)
  const exit = await osier(repository, "run", "--from", shop.plan, "-j", "3")
  if (exit === 130) {
    say(`\nInterrupted. ${clean ? "The repository is removed." : `What was done so far is in ${repository}.`}`)
    return 130
  }
  const facts = await gather(shop, exit)
  heading("What happened, and what was looked at to be sure")
  const told = claims(facts)
  for (const claim of told) tell(claim)
  const green = greenClaim(await judgeHistory(repository, folder, gate))
  tell(green)
  heading("git log --graph --oneline")
  say(await git(repository, "log", "--graph", "--oneline", styled("bold", "·") === "·" ? "--no-color" : "--color"))
  if (!clean) outro(folder, repository)
  const [fault] = [...told, green].flatMap((claim) => claim.against)
  const after = `after ${((performance.now() - started) / 1000).toFixed(1)} s`
  if (fault === undefined) say(`\n${styled("green", "The demo ended as told")}, ${after}.`)
  else say(`\n${styled("red", "The demo did not end as told")}, ${after}: ${fault.split("\n")[0]}.`)
  return fault === undefined ? 0 : 1
}

const clean = process.argv.includes("--clean")
const folder = await realpath(await mkdtemp(join(tmpdir(), "osier-demo-")))
try {
  process.exitCode = await demo(folder, clean)
} catch (error) {
  say(`\n${styled("red", "The demo could not go on")}: ${error instanceof Error ? error.message : String(error)}`)
  if (!clean) say(`What there is so far is in ${folder}.`)
  process.exitCode = 1
} finally {
  if (clean) await rm(folder, { recursive: true, force: true })
}

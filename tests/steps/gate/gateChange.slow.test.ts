import * as Effect from "effect/Effect"
import { mkdirSync, rmSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { gateChange, overlaid } from "../../../core/steps/gate/gateChange.ts"
import { gatesInForce } from "../../../core/steps/gate/gateSettings.ts"
import { courtroom, resolve } from "../../support/courtroom.ts"
import { makeRepo } from "../../support/repo.ts"
import type { Repo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

const settings = 'gates:\n  test: { run: ["sh", "check.sh"], protect: ["golden/**"] }\n'
const start = () =>
  makeRepo({
    "osier.yaml": settings,
    "check.sh": "grep -q good app.txt\n",
    "golden/1.txt": "1\n",
    "app.txt": "good\n",
    "package.json": '{"scripts":{"a":"b"}}\n',
  })

/** What a branch that makes this change does to its gates, and its tree with the target's inputs. */
const changeOf = async (repo: Repo, make: () => void) => {
  repo.git("switch", "-q", "-c", "branch")
  make()
  repo.git("add", "-A")
  repo.git("commit", "-q", "-m", "work")
  const candidate = repo.git("rev-parse", "HEAD")
  const target = repo.git("rev-parse", "main")
  return inWorld(
    repo.path,
    Effect.gen(function* () {
      const inForce = yield* gatesInForce({ targetCommit: target, resolve })
      const change = yield* gateChange({ candidate, target, inForce, resolve })
      return { candidate, target, inForce, change, tree: yield* overlaid({ candidate, target, change }) }
    }),
  )
}

test("work that leaves the gates alone is work", async () => {
  const repo = start()
  const { change, tree, candidate } = await changeOf(repo, () => repo.write("app.txt", "good and new\n"))
  expect(change).toEqual({ held: [], shown: [], difference: [] })
  expect(tree).toBe(repo.git("rev-parse", `${candidate}^{tree}`))
})

test("a branch that weakens the script is held, and the target's script judges it", async () => {
  const repo = start()
  const { change, tree, candidate, inForce } = await changeOf(repo, () => {
    repo.write("check.sh", "exit 0\n")
    repo.write("app.txt", "bad\n")
  })
  expect(change.held).toEqual(["check.sh"])
  const court = courtroom(repo)
  expect((await court.judge(candidate, inForce)).verdict).toBe("pass")
  expect((await court.judge(tree, inForce, { why: "overlaid" })).verdict).toBe("fail")
})

test("changed, deleted and new inputs go back to the target's, everything else stays", async () => {
  const repo = start()
  const { change, tree } = await changeOf(repo, () => {
    rmSync(join(repo.path, "golden"), { recursive: true })
    symlinkSync(".", join(repo.path, "golden"))
    rmSync(join(repo.path, "check.sh"))
    mkdirSync(join(repo.path, "check.sh"))
    repo.write('check.sh/a\n"b', "x")
    repo.write("-n é.txt", "mine\n")
  })
  expect(change.held).toEqual(["check.sh", "golden", "golden/1.txt"])
  const names = repo
    .git("ls-tree", "-r", "-z", "--name-only", tree)
    .split("\0")
    .filter((name) => name !== "")
  expect(names.toSorted()).toEqual(["-n é.txt", "app.txt", "check.sh", "golden/1.txt", "osier.yaml", "package.json"].toSorted())
  expect(repo.git("show", `${tree}:check.sh`)).toBe("grep -q good app.txt")
})

test("new files under a protected glob hold", async () => {
  const repo = start()
  const { change, tree } = await changeOf(repo, () => repo.write("golden/deep/2 \n.txt", "2\n"))
  expect(change.held).toEqual(["golden/deep/2 \n.txt"])
  expect(tree).toBe(repo.git("rev-parse", "main^{tree}"))
})

test("settings hold only where they judge; unreadable or removed ones do", async () => {
  const cases: readonly (readonly [string | undefined, boolean])[] = [
    [`concurrency: 5\n${settings}`, false],
    [settings.replace("check.sh", "other.sh"), true],
    [settings.replace("golden/**", "nothing/**"), true],
    [`${settings}tree: { setup: [["true"]] }\n`, true],
    ["gates: [", true],
    [undefined, true],
  ]
  for (const [text, held] of cases) {
    const repo = start()
    const { change } = await changeOf(repo, () => {
      if (text === undefined) rmSync(join(repo.path, "osier.yaml"))
      else repo.write("osier.yaml", text)
    })
    expect(change.held, text ?? "removed").toEqual(held ? ["osier.yaml"] : [])
    expect(change.difference.length > 0, text ?? "removed").toBe(held)
  }
})

test("changed scripts and tests are shown, other changes of package.json are not", async () => {
  const one = start()
  const shown = await changeOf(one, () => {
    one.write("package.json", '{"scripts":{"a":"c"}}\n')
    one.write("tests/a.test.js", "x\n")
  })
  expect(shown.change).toMatchObject({ held: [], shown: ["package.json", "tests/a.test.js"] })
  const two = start()
  expect((await changeOf(two, () => two.write("package.json", '{"scripts":{"a":"b"},"version":"2"}\n'))).change.shown).toEqual([])
})

test("what the target changed since is not blamed on a branch that lags behind", async () => {
  const repo = start()
  const base = repo.git("rev-parse", "main")
  repo.git("switch", "-q", "-c", "branch")
  const candidate = repo.commit("work", { "app.txt": "good too\n" })
  repo.git("switch", "-q", "main")
  const target = repo.commit("stricter", {
    "check.sh": "grep -q 'good too' app.txt\n",
    "osier.yaml": `${settings}tree: { copy: [.env] }\n`,
  })
  const change = await inWorld(
    repo.path,
    Effect.gen(function* () {
      const inForce = yield* gatesInForce({ targetCommit: target, resolve })
      return yield* gateChange({ candidate, target, base, inForce, resolve })
    }),
  )
  expect(change.held).toEqual([])
})

test("a merge that follows the target's rename carries a change into a gate input: the integrated tree tells", async () => {
  const text = Array.from({ length: 20 }, (_, line) => `: ${line}\n`).join("")
  const repo = makeRepo({ "osier.yaml": "", "check.sh": text })
  const base = repo.git("rev-parse", "main")
  repo.git("switch", "-q", "-c", "branch")
  const branch = repo.commit("work", { "check.sh": `exit 0\n${text}` })
  repo.git("switch", "-q", "main")
  repo.git("mv", "check.sh", "gate.sh")
  const target = repo.commit("a gate", { "osier.yaml": "gates: { test: [sh, gate.sh] }\n" })
  const merged = repo.git("merge-tree", "--write-tree", target, branch)
  const held = (candidate: string, more: { readonly base?: string }) =>
    inWorld(
      repo.path,
      Effect.gen(function* () {
        const inForce = yield* gatesInForce({ targetCommit: target, resolve })
        return (yield* gateChange({ candidate, target, inForce, resolve, ...more })).held
      }),
    )
  expect(await held(branch, { base })).toEqual([])
  expect(await held(merged, {})).toEqual(["gate.sh"])
})

import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { readLanding } from "../../../core/domain/git/landing.ts"
import type { Mode } from "../../../core/domain/git/landing.ts"
import { auditCandidate } from "../../../core/steps/land/auditCandidate.ts"
import { planCandidate, sealCandidate } from "../../../core/steps/land/candidate.ts"
import type { TaskToLand } from "../../../core/steps/land/candidate.ts"
import { makeRepo } from "../../support/repo.ts"
import type { Repo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

const identity = { name: "osier", email: "osier@localhost" }
const lines = Array.from({ length: 20 }, (_, n) => `line ${n}`)
const text = (change: Record<number, string> = {}) => lines.map((line, n) => change[n] ?? line).join("\n")

/** A task's branch from `from`, one commit per entry, by an author of its own. */
const branch = (repo: Repo, id: number, from: string, commits: readonly Record<string, string>[]): TaskToLand => {
  repo.git("checkout", "-q", "-B", `task/${id}`, from)
  for (const [n, files] of commits.entries()) {
    for (const [path, content] of Object.entries(files)) repo.write(path, content)
    repo.git("add", "-A")
    repo.git("commit", "-q", "--author", `Agent ${id} <agent${id}@example.com>`, "-m", `step ${n}\n\nOsier-Task: 99`)
  }
  const tip = repo.git("rev-parse", "HEAD")
  repo.git("checkout", "-q", "main")
  return { id, title: `Task ${id}`, tip, attempt: `nonce${id}` }
}

const build = (repo: Repo, mode: Mode, tasks: readonly TaskToLand[], onto = repo.git("rev-parse", "main")) =>
  inWorld(
    repo.path,
    Effect.gen(function* () {
      const plan = yield* planCandidate({ onto, tasks, mode, identity })
      if (plan.type === "conflict") throw new Error(`conflict of ${plan.task}: ${plan.files.join()}`)
      const candidate = yield* sealCandidate(plan, { verdicts: [{ gate: "test", verdict: "pass" }], gates: "h" })
      yield* auditCandidate(candidate)
      return { plan, candidate }
    }),
  )

const show = (repo: Repo, format: string, commit: string) => repo.git("show", "-s", `--format=${format}`, commit)
const setUp = () => {
  const repo = makeRepo({ a: text(), b: text() })
  const base = repo.git("rev-parse", "HEAD")
  const one = branch(repo, 1, base, [{ a: text({ 2: "one" }) }, { "new 1": "1" }])
  const two = branch(repo, 2, base, [{ a: text({ 15: "two" }), "new\n2": "2" }])
  repo.commit("target moves", { b: text({ 3: "target" }) })
  return { repo, base, one, two, onto: repo.git("rev-parse", "main") }
}

test("a lone squash is one commit on the old target, by the task's author", async () => {
  const { repo, one, onto } = setUp()
  const { plan, candidate } = await build(repo, "squash", [{ ...one, type: "fix", scope: "a", body: "Why.\nOsier-Task: 7" }])
  expect(show(repo, "%P|%an|%cn|%s", candidate.commit)).toBe(`${onto}|Agent 1|osier|fix(a): Task 1`)
  expect(repo.git("rev-parse", `${candidate.commit}^{tree}`)).toBe(plan.tree)
  const message = show(repo, "%B", candidate.commit)
  expect(readLanding(message)).toMatchObject({ base: onto, tasks: [{ id: 1, tip: one.tip, attempt: "nonce1", mode: "squash" }] })
  expect(message.match(/Osier-Task/g)).toHaveLength(1)
  repo.git("merge", "-q", "--no-edit", one.tip)
  expect(repo.git("rev-parse", "HEAD^{tree}")).toBe(plan.tree)
  expect(repo.git("fsck", "--strict")).not.toMatch(/error/)
})

test("a lone merge has the tip as its second parent", async () => {
  const { repo, one, onto } = setUp()
  const { candidate } = await build(repo, "merge", [one])
  expect(show(repo, "%P", candidate.commit)).toBe(`${onto} ${one.tip}`)
})

test("a rebase replays each commit and keeps authors, then lands them under one commit", async () => {
  const { repo, one, onto } = setUp()
  const { plan, candidate } = await build(repo, "rebase", [one])
  expect(plan.parts[0]?.steps).toHaveLength(2)
  expect(repo.git("rev-list", "--first-parent", "--count", `${onto}..${candidate.commit}`)).toBe("1")
  const replayed = repo.git("log", "--reverse", "--format=%an %s", `${onto}..${candidate.commit}^2`)
  expect(replayed).toBe("Agent 1 step 0\nAgent 1 step 1")
  expect(show(repo, "%B", `${candidate.commit}^2`)).not.toContain("Osier-")
  repo.git("checkout", "-q", one.tip)
  repo.git("rebase", "-q", onto)
  expect(repo.git("rev-parse", "HEAD^{tree}")).toBe(plan.tree)
})

test("a rebase over a merge, or over a step that conflicts on its own, is a squash and says why", async () => {
  const { repo, one, two, base } = setUp()
  repo.git("checkout", "-q", "task/1")
  repo.git("merge", "-q", "--no-edit", "main")
  const merged = await build(repo, "rebase", [{ ...one, tip: repo.git("rev-parse", "HEAD") }])
  expect(merged.plan.parts[0]).toMatchObject({ mode: "squash", reason: expect.stringContaining("holds a merge") })
  const there = branch(repo, 3, base, [{ b: text({ 3: "other" }) }, { b: text() }, { c: "c" }])
  const back = await build(repo, "rebase", [there, two])
  expect(back.plan.parts.map((part) => part.mode)).toEqual(["squash", "rebase"])
  expect(back.plan.parts[0]?.reason).toContain("conflicts on its own")
})

test.each(["squash", "merge", "rebase"] as const)("several tasks land under one commit: %s", async (mode) => {
  const { repo, one, two, onto } = setUp()
  const { plan, candidate } = await build(repo, mode, [one, two])
  expect(repo.git("rev-list", "--first-parent", `${onto}..${candidate.commit}`)).toBe(candidate.commit)
  expect(show(repo, "%P", candidate.commit)).toBe(`${onto} ${candidate.tasks[1]?.side}`)
  expect(repo.git("show", `${candidate.commit}:a`)).toBe(text({ 2: "one", 15: "two" }))
  expect(repo.git("show", `${candidate.commit}:b`)).toBe(text({ 3: "target" }))
  expect(readLanding(show(repo, "%B", candidate.commit))?.tasks).toEqual(candidate.tasks)
  const authors = repo.git("log", "--format=%an", "--no-merges", `${onto}..${candidate.commit}^2`).split("\n")
  expect(authors).toEqual(expect.arrayContaining(["Agent 1", "Agent 2"]))
  expect(plan.parts.every((part) => !part.empty)).toBe(true)
})

test("a conflict names the task and those it came after", async () => {
  const { repo, one, base } = setUp()
  const rival = branch(repo, 5, base, [{ a: text({ 2: "rival" }) }])
  const onto = repo.git("rev-parse", "main")
  const plan = await inWorld(repo.path, planCandidate({ onto, tasks: [one, rival], mode: "squash", identity }))
  expect(plan).toMatchObject({ type: "conflict", task: 5, after: [1], files: ["a"] })
})

test("a task that the target already has is empty", async () => {
  const { repo, one } = setUp()
  const first = await build(repo, "squash", [one])
  repo.git("merge", "-q", "--ff-only", first.candidate.commit)
  const again = await build(repo, "squash", [one])
  expect(again.plan.parts[0]?.empty).toBe(true)
})

test("a task built on another one merges after it", async () => {
  const { repo, one } = setUp()
  const next = branch(repo, 9, one.tip, [{ a: text({ 2: "one, again" }) }])
  const { candidate } = await build(repo, "merge", [one, next])
  expect(repo.git("show", `${candidate.commit}:a`)).toBe(text({ 2: "one, again" }))
})

test("renames on either side pass the audit", async () => {
  const { repo, base } = setUp()
  const edits = branch(repo, 6, base, [{ b: text({ 9: "edited" }), a: text({ 9: "edited" }) }])
  repo.git("checkout", "-q", "-B", "task/7", base)
  repo.git("mv", "a", "a moved")
  repo.git("commit", "-q", "-m", "move")
  const moves = { id: 7, title: "Move", tip: repo.git("rev-parse", "HEAD"), attempt: "n" }
  repo.git("checkout", "-q", "main")
  repo.git("mv", "b", "b moved")
  repo.git("commit", "-q", "-m", "move b")
  for (const mode of ["squash", "merge", "rebase"] as const) {
    const { candidate } = await build(repo, mode, [edits, moves])
    expect(repo.git("show", `${candidate.commit}:a moved`)).toBe(text({ 9: "edited" }))
    expect(repo.git("show", `${candidate.commit}:b moved`)).toBe(text({ 3: "target", 9: "edited" }))
  }
})

test("a squash from a stale base, which would revert what landed since, is refused", async () => {
  const { repo, one, two, onto } = setUp()
  const { candidate } = await build(repo, "squash", [one])
  const forge = (tree: string, parent = onto) => repo.git("commit-tree", tree, "-p", parent, "-m", "stale")
  const audit = (commit: string, tasks = candidate.tasks) => inWorld(repo.path, auditCandidate({ commit, onto, tasks }))
  // The task's own tree lacks what the target got meanwhile.
  const stale = forge(repo.git("rev-parse", `${one.tip}^{tree}`))
  await expect(audit(stale)).rejects.toMatchObject({ _tag: "AuditFailed", paths: ["b"] })
  // Nothing of the task arrives.
  const lost = forge(repo.git("rev-parse", `${onto}^{tree}`))
  await expect(audit(lost)).rejects.toMatchObject({ _tag: "AuditFailed", paths: ["a", "new 1"] })
  // On a path that the target and the task both changed, only folding anew tells.
  const both = branch(repo, 8, repo.git("rev-parse", `${onto}~1`), [{ b: text({ 12: "task" }) }])
  const reverted = forge(repo.git("rev-parse", `${both.tip}^{tree}`))
  const asked = [{ id: 8, tip: both.tip, attempt: "n", mode: "squash" as const }]
  await expect(audit(reverted, asked)).rejects.toMatchObject({ _tag: "AuditFailed", paths: ["b"] })
  // A task more than was said.
  const more = await build(repo, "squash", [one, two])
  const tree = more.candidate.tree
  await expect(audit(forge(tree))).rejects.toMatchObject({ _tag: "AuditFailed" })
  // The right tree on another parent.
  await expect(audit(forge(candidate.tree, `${onto}~1`))).rejects.toMatchObject({ reason: expect.stringContaining("first parent") })
})

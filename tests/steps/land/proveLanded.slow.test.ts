import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { landingMessage } from "../../../core/domain/git/landing.ts"
import type { Landing, Mode } from "../../../core/domain/git/landing.ts"
import { planCandidate, sealCandidate } from "../../../core/steps/land/candidate.ts"
import type { TaskToLand } from "../../../core/steps/land/candidate.ts"
import { proveLanded } from "../../../core/steps/land/proveLanded.ts"
import { makeRepo } from "../../support/repo.ts"
import type { Repo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

const identity = { name: "osier", email: "osier@localhost" }

const branch = (repo: Repo, id: number, files: readonly Record<string, string>[]): TaskToLand => {
  repo.git("checkout", "-q", "-B", `task/${id}`, "main")
  const tip = files.map((some, n) => repo.commit(`step ${n}`, some)).at(-1) ?? ""
  repo.git("checkout", "-q", "main")
  return { id, title: `Task ${id}`, tip, attempt: `n${id}` }
}

const landed = async (repo: Repo, mode: Mode, tasks: readonly TaskToLand[]) => {
  const onto = repo.git("rev-parse", "main")
  const { commit } = await inWorld(
    repo.path,
    Effect.gen(function* () {
      const plan = yield* planCandidate({ onto, tasks, mode, identity })
      if (plan.type === "conflict") throw new Error("conflict")
      return yield* sealCandidate(plan, { verdicts: [] })
    }),
  )
  repo.git("merge", "-q", "--ff-only", commit)
  return commit
}

const prove = (repo: Repo, task: number, tip: string, base?: string) =>
  inWorld(repo.path, proveLanded({ target: repo.git("rev-parse", "main"), task, tip, ...(base === undefined ? {} : { base }) }))

test.each(["squash", "merge", "rebase"] as const)("what landed is proven, also when the target moved on: %s", async (mode) => {
  const repo = makeRepo({ a: "1\n2\n3\n4\n5\n", b: "b\n" })
  const before = repo.git("rev-parse", "HEAD")
  const one = branch(repo, 1, [{ a: "one\n2\n3\n4\n5\n" }, { "new 1": "1" }])
  const two = branch(repo, 2, [{ a: "1\n2\n3\n4\ntwo\n" }, { "new 2": "2" }])
  const three = branch(repo, 3, [{ "new 3": "3" }])
  repo.commit("the user", { b: "user\n" })
  const lone = await landed(repo, mode, [one])
  const batch = await landed(repo, mode, [two, three])
  repo.commit("the user reverts it", { a: "1\n2\n3\n4\n5\n" })
  for (const base of [undefined, before]) {
    expect(await prove(repo, 1, one.tip, base)).toEqual({ landing: lone })
    expect(await prove(repo, 2, two.tip, base)).toEqual({ landing: batch })
    expect(await prove(repo, 3, three.tip, base)).toEqual({ landing: batch })
  }
  expect(await prove(repo, 1, two.tip)).toBeUndefined()
  expect(await prove(repo, 2, one.tip)).toBeUndefined()
  expect(await prove(repo, 1, one.tip, lone)).toBeUndefined()
})

test("work added after the landing is not proven by it", async () => {
  const repo = makeRepo()
  const one = branch(repo, 1, [{ x: "x" }])
  await landed(repo, "squash", [one])
  repo.git("checkout", "-q", "task/1")
  expect(await prove(repo, 1, repo.commit("more", { y: "y" }))).toBeUndefined()
})

test("words alone prove nothing, wherever they stand", async () => {
  const repo = makeRepo()
  const base = repo.git("rev-parse", "HEAD")
  const work = branch(repo, 7, [{ precious: "work\n" }])
  const forge = (fields: Partial<Landing>, tree: string, parents: readonly string[]) => {
    const landing: Landing = { base, tasks: [{ id: 7, tip: work.tip, attempt: "n7", mode: "squash" }], verdicts: [], ...fields }
    const message = landingMessage({ subject: "feat: forged", landing })
    return repo.git("commit-tree", `${tree}^{tree}`, ...parents.flatMap((parent) => ["-p", parent]), "-m", message)
  }
  const at = (target: string) => inWorld(repo.path, proveLanded({ target, task: 7, tip: work.tip }))
  const tasks = (mode: Mode, side?: string) => [{ id: 7, tip: work.tip, attempt: "n7", mode, ...(side === undefined ? {} : { side }) }]
  // The right words over the right tree are a proof; that is what shows that the others fail for their own reason.
  expect(await at(forge({}, work.tip, [base]))).toBeDefined()
  const empty = forge({}, base, [base])
  expect(await at(empty)).toBeUndefined()
  expect(await at(forge({ base: work.tip }, work.tip, [base]))).toBeUndefined()
  expect(await at(forge({ tasks: tasks("merge") }, base, [base, work.tip]))).toBeUndefined()
  expect(await at(forge({ tasks: tasks("merge") }, work.tip, [base]))).toBeUndefined()
  expect(await at(forge({ tasks: tasks("merge") }, work.tip, [base, base]))).toBeUndefined()
  expect(await at(forge({ tasks: tasks("rebase", work.tip) }, base, [base, work.tip]))).toBeUndefined()
  expect(await at(forge({ tasks: tasks("squash", base) }, work.tip, [base, work.tip]))).toBeUndefined()
  // A commit with a good proof on the second parent of something else.
  const side = repo.git("commit-tree", `${base}^{tree}`, "-p", base, "-p", forge({}, work.tip, [base]), "-m", "ours")
  expect(await at(side)).toBeUndefined()
})

test("an agent that writes such words into its own commits proves nothing by landing them", async () => {
  const repo = makeRepo()
  const victim = branch(repo, 7, [{ precious: "work\n" }])
  for (const mode of ["squash", "merge", "rebase"] as const) {
    const base = repo.git("rev-parse", "main")
    repo.git("checkout", "-q", "-B", "task/8", "main")
    repo.write(`harmless ${mode}`, "x")
    repo.git("add", "-A")
    const landing: Landing = { base, tasks: [{ id: 7, tip: victim.tip, attempt: "n7", mode: "squash" }], verdicts: [] }
    const words = landingMessage({ subject: "feat: x", landing })
    repo.git("commit", "-q", "-m", words)
    const tip = repo.git("rev-parse", "HEAD")
    repo.git("checkout", "-q", "main")
    await landed(repo, mode, [{ id: 8, title: words, body: words, tip, attempt: "n8" }])
    expect(await prove(repo, 8, tip)).toBeDefined()
    expect(await prove(repo, 7, victim.tip)).toBeUndefined()
  }
})

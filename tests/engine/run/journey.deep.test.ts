import { expect, test } from "vitest"
import { makeStage } from "../../support/engine.ts"

test("a task that the train gave back for good leaves no branch, and its work is kept", { timeout: 120_000 }, async () => {
  // Each is right alone; whoever is second is red together with the first.
  const yaml = `agents: { a: { adapter: shell, command: ["sh", "-c", "echo x > $OSIER_SLUG.txt"] } }
agent: a
gates: { test: { run: ["sh", "check.sh"] } }
limits: { retries: 0 }
`
  const { repo, run } = makeStage(yaml, { "check.sh": "test ! -e left.txt || test ! -e right.txt\n" })
  const report = await run(["left", "right"])
  expect([report.landed.length, report.failed.length]).toEqual([1, 1])
  expect(repo.git("branch", "--format=%(refname:short)")).toBe("main")
  const [failed] = report.failed
  expect(repo.git("ls-tree", "--name-only", failed?.keep ?? "")).toContain(`${failed?.title ?? ""}.txt`)
})

test("a gate that collects garbage takes nothing away from what is about to land", { timeout: 120_000 }, async () => {
  const { repo, run } = makeStage(`agents: { a: { adapter: shell, command: ["sh", "-c", "echo x > $OSIER_SLUG.txt"] } }
agent: a
gates: { test: { run: ["sh", "-c", "env -u GIT_DIR -u GIT_WORK_TREE git -C $REPO gc -q --prune=now"], env: [REPO] } }
`)
  process.env["REPO"] = repo.path
  const report = await run(["one", "two"]).finally(() => delete process.env["REPO"])
  expect(report.landed).toHaveLength(2)
  expect(repo.git("fsck", "--no-dangling")).toBe("")
  expect(repo.git("for-each-ref", "refs/osier/judging")).toBe("")
})

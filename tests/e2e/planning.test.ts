import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { osier, startOsier } from "../support/program.ts"
import { makeFolder, makeRepo } from "../support/repo.ts"
import { osierBuilt } from "../support/runtimes.ts"
import { deeply } from "../support/deeply.ts"

const proposal = String.raw`tasks:\n  - { id: one, title: First part, agent: scribe, independence: \"yes\" }\n  - { id: two, title: Second part, agent: scribe, needs: [one] }\n`
const prepared = () => {
  const go = join(makeFolder(), "go")
  const repo = makeRepo({
    "README.md": "# a\n",
    "osier.yaml": `agents:
  scribe: { adapter: shell, command: ["sh", "-c", "mkdir -p notes; cat > notes/$OSIER_SLUG.md"] }
  waiter: { adapter: shell, command: ["sh", "-c", "echo waiting; while [ ! -f '${go}' ]; do sleep 0.05; done; echo done > waited.txt"] }
  planner: { adapter: shell, command: ["sh", "-c", "printf '${proposal}' > .osier/proposal.yaml; echo planned"] }
  reader: { adapter: shell, command: ["sh", "-c", "echo found it; echo oops > README.md"] }
  broken: { adapter: shell, command: ["sh", "-c", "printf 'tasks:\\n  - { title: A, needs: [zz] }\\n' > .osier/proposal.yaml"] }
agent: scribe
concurrency: 1
gates: { test: ["sh", "-c", "test -f README.md"] }
limits: { retries: 0 }
`,
  })
  return { ...repo, go }
}

deeply(
  "beside a run that has no slot left: an answer, a plan, its children; the plan ends with the last of them",
  { timeout: 180_000 },
  async () => {
    const repo = prepared()
    const busy = startOsier(osierBuilt(), repo.path, ["run", "Wait:waiter"])
    await busy.said(/says: waiting/)

    const answer = await osier(repo.path, "explore", "Where is it?", "--agent", "reader")
    expect(answer).toMatchObject({ code: 0, err: "" })
    expect(answer.out).toMatch(/#2 wrote although it may only read, undone: README\.md; kept at refs\/osier\/keep\/2\/1/)
    expect(answer.out).toMatch(/#2 Where is it\?\n\nfound it\n\nIt may only read.* Undone: README\.md.*osier keep show 2/)
    expect((await osier(repo.path, "show", "2")).out).toMatch(/status +merged: nothing to land[\s\S]*Report:\nfound it/)

    const planned = await osier(repo.path, "plan", "Big thing", "--agent", "planner")
    expect(planned.code).toBe(5)
    expect(planned.out).toMatch(
      /2 tasks proposed:[\s\S]*1 of 2 tasks can be built and tested alone: one[\s\S]*Accept it with: osier plan 3 --accept\n$/,
    )
    const shown = await osier(repo.path, "plan", "3", "--json")
    expect(shown.code).toBe(5)
    expect(JSON.parse(shown.out)).toMatchObject({
      task: 3,
      proposal: [{ key: "one" }, { key: "two", needs: ["one"] }],
      next: "osier plan 3 --accept",
    })
    const accepted = await osier(repo.path, "plan", "#3", "--accept")
    expect(accepted).toMatchObject({ code: 0, err: "" })
    expect(accepted.out).toMatch(/\+ #4 First part\n\+ #5 Second part/)
    expect((await osier(repo.path, "retry", "3")).err).toContain("it lands nothing\n  osier plan 3")

    writeFileSync(repo.go, "")
    expect((await busy.ended).code).toBe(0)
    expect(repo.git("status", "--porcelain")).toBe("")
    const rest = await osier(repo.path, "run")
    expect(rest.out).toMatch(/All 2 tasks landed/)
    expect(rest.out).toMatch(/#3 merged: all children are over/)
    const { tasks } = JSON.parse((await osier(repo.path, "ls", "--all", "--json")).out)
    expect(tasks.map((task: { readonly status: string }) => task.status)).toEqual(["merged", "merged", "merged", "merged", "merged"])
    expect(repo.git("branch", "--format=%(refname:short)")).toBe("main")
    expect(existsSync(join(repo.path, "notes", "second-part.md"))).toBe(true)
  },
)

test("mistakes, wrong numbers and Ctrl-C: each with its exit code and what to type", { timeout: 120_000 }, async () => {
  const repo = prepared()
  const refused = await osier(repo.path, "plan", "Bad:broken")
  expect(refused.code).toBe(2)
  expect(refused.err).toMatch(/refs\/osier\/tasks\/1:proposal\.yaml:2:\d+: tasks\[0\]\.needs\[0\]: unknown need zz/)
  const json = await osier(repo.path, "plan", "Bad:broken", "--json")
  expect(JSON.parse(json.err).error).toMatchObject({ tag: "PlanRefused", line: 2 })
  expect((await osier(repo.path, "plan", "99")).err).toContain("there is no task 99")
  expect((await osier(repo.path, "explore", "What?", "--agent", "nobody")).code).toBe(2)

  const asked = startOsier(osierBuilt(), repo.path, ["explore", "Wait:waiter"])
  await asked.said(/says: waiting/)
  expect((await osier(repo.path, "explore", "Wait:waiter")).code).toBe(4)
  asked.signal("SIGINT")
  expect((await asked.ended).code).toBe(130)
  const { tasks } = JSON.parse((await osier(repo.path, "ls", "--json")).out)
  expect(tasks.at(-1)).toMatchObject({ kind: "explore", status: "pending", reason: "interrupted" })
  expect(repo.git("worktree", "list").split("\n")).toHaveLength(1)
})

test("after a kill nobody works on it, that is said, and the same command goes on", { timeout: 120_000 }, async () => {
  const repo = prepared()
  const asked = startOsier(osierBuilt(), repo.path, ["explore", "Wait:waiter"])
  await asked.said(/says: waiting/)
  asked.signal("SIGKILL")
  await asked.ended
  expect((await osier(repo.path, "ls")).out).toMatch(/#1 +running .*nobody works on it now; osier explore 1 goes on/)
  writeFileSync(repo.go, "")
  const again = await osier(repo.path, "explore", "#1")
  expect(again.code).toBe(0)
  expect(again.out).toMatch(/recovered: its tree .* was left behind[\s\S]*Undone: waited\.txt/)
  expect(repo.git("worktree", "list").split("\n")).toHaveLength(1)
  expect(repo.git("branch", "--format=%(refname:short)")).toBe("main")
})

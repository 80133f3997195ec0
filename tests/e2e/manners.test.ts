import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { readEventLine } from "../../core/domain/event/eventLine.ts"
import { osier, startOsier } from "../support/program.ts"
import { makeRepo } from "../support/repo.ts"
import { osierBuilt } from "../support/runtimes.ts"
import { deeply } from "../support/deeply.ts"

const timeout = 90_000
const built = osierBuilt()
const events = (out: string) =>
  out
    .split("\n")
    .map(readEventLine)
    .flatMap((line) => (line.type === "event" ? [line.event] : []))
const project = (agents: string, more = "") =>
  makeRepo({
    "README.md": "# a\n",
    "osier.yaml": `agents:\n${agents}gates:\n  test: ["sh", "-c", "test -f README.md"]\n${more}`,
  })

test("a soft stop starts no second attempt, and the next run goes on with what the first one learned", { timeout }, async () => {
  const repo = project(
    `  twice: { adapter: shell, command: ["sh", "-c", "echo waiting; if [ -f \\"$OSIER_EVIDENCE\\" ]; then cat \\"$OSIER_EVIDENCE\\" > told.txt; else sleep 2; exit 7; fi"] }\n`,
    "limits: { retries: 2 }\n",
  )
  const first = startOsier(built, repo.path, ["run", "one"])
  await first.said(/says: waiting/)
  first.signal("SIGINT")
  expect((await first.ended).code).toBe(130)
  const seen = events((await osier(repo.path, "events", "--json")).out)
  expect(seen.filter(({ type }) => type === "AttemptStarted")).toHaveLength(1)
  expect((await osier(repo.path, "ls")).out).toMatch(/#1 +running .*nobody works on it now/)
  expect((await osier(repo.path, "run")).code).toBe(0)
  expect(repo.git("show", "main:told.txt")).toMatch(/exit 7/)
})

test("a hook that came about while an agent worked is run by no git of osier's, until a person took it away", { timeout }, async () => {
  const repo = project(
    `  sly: { adapter: shell, command: ["sh", "-c", "echo x > x.txt; d=$(git rev-parse --git-common-dir); printf '#!/bin/sh\\\\n' > $d/hooks/post-checkout; chmod +x $d/hooks/post-checkout"] }\n`,
  )
  const run = await osier(repo.path, "run", "one")
  expect(run.code).toBe(1)
  expect(run.out).toMatch(/osier ran none there: .*hooks.post-checkout is new; undo it with rm .*hooks.post-checkout/)
  const again = await osier(repo.path, "run")
  expect(again.code).toBe(5)
  expect(again.err).toMatch(/the agent of task 1[\s\S]*rm .*hooks.post-checkout/)
  rmSync(join(repo.path, ".git/hooks/post-checkout"))
  expect((await osier(repo.path, "doctor")).out).toMatch(/configuration: as it was/)
})

test(
  "configuration that starts nothing holds the task until somebody has looked, with its key and how to undo it",
  { timeout },
  async () => {
    const repo = project(
      `  sly: { adapter: shell, command: ["sh", "-c", "echo x > x.txt; git remote add fork https://example.org/x.git"] }\n`,
    )
    const run = await osier(repo.path, "run", "one")
    expect(run.code).toBe(5)
    expect(run.out).toMatch(
      /Not landed, waiting:[\s\S]*changed outside its tree while its agent worked: remote\.fork\.url is new[\s\S]*osier land 1/,
    )
    expect(run.out).toMatch(/--unset-all remote\.fork\.url/)
    const again = await osier(repo.path, "run")
    expect(again.code).toBe(5)
    expect(again.out).toMatch(/since an earlier run git's configuration is not as it was .*remote\.fork\.url/)
    expect((await osier(repo.path, "land", "1")).code).toBe(0)
  },
)

deeply("a landing that waits for files of the user judges once, and lands when they are gone", { timeout }, async () => {
  const repo = project(`  scribe: { adapter: shell, command: ["sh", "-c", "echo theirs > notes.txt"] }\n`)
  writeFileSync(join(repo.path, "notes.txt"), "mine\n")
  const run = await osier(repo.path, "run", "--json", "--wait", "3s", "one")
  expect(run.code).toBe(5)
  const integrated = events(run.out).filter((event) => event.type === "GateJudged" && event.task !== undefined)
  expect(integrated.length).toBeLessThanOrEqual(2)
  expect(run.out).toContain("LandingWaited")
})

test("numbers are tasks of the store, never titles", { timeout }, async () => {
  const repo = project(`  scribe: { adapter: shell, command: ["sh", "-c", "echo $OSIER_TASK > $OSIER_TASK.txt"] }\n`)
  await osier(repo.path, "add", "one", "two")
  expect((await osier(repo.path, "run", "2")).code).toBe(0)
  expect(repo.git("ls-tree", "--name-only", "main").split("\n")).toContain("2.txt")
  expect((await osier(repo.path, "ls")).out).toMatch(/^#1 +pending/)
  expect(await osier(repo.path, "run", "7")).toMatchObject({ code: 2, err: expect.stringMatching(/there is no task 7/) })
  expect(await osier(repo.path, "run", "1", "new words")).toMatchObject({ code: 2, err: expect.stringMatching(/can't be mixed/) })
})

test("what a killed run left running ends with the next run, whatever that one is about", { timeout }, async () => {
  const repo = project(
    `  slow: { adapter: shell, command: ["sh", "-c", "echo waiting; exec sleep 1000.25"] }\n  quick: { adapter: shell, command: ["sh", "-c", "echo q > q.txt"] }\n`,
  )
  const first = startOsier(built, repo.path, ["run", "one:slow"])
  await first.said(/says: waiting/)
  first.signal("SIGKILL")
  await first.ended
  const run = await osier(repo.path, "run", "--json", "two:quick")
  expect(run.code).toBe(0)
  expect(events(run.out)).toContainEqual(expect.objectContaining({ type: "ProcessesReaped", task: 1 }))
})

import { expect, test } from "vitest"
import { run } from "../../../core/engine/run/run.ts"
import { makeStage } from "../../support/engine.ts"
import { deeply } from "../../support/deeply.ts"

const past = "env -i PATH=$PATH git"
const yaml = `
agents:
  scribe: { adapter: shell, command: ["sh", "-c", "echo 1 > $OSIER_SLUG.txt"] }
  sly: { adapter: shell, command: ["sh", "-c", "echo x > broken; git add -A; git commit -qm sly; ${past} update-ref refs/heads/main HEAD; git rm -q broken; echo 1 > sly.txt"] }
  packer: { adapter: shell, command: ["sh", "-c", "echo x > fine.txt; git add -A; git commit -qm fine; tip=$(git rev-parse HEAD); cd ../../repo; ${past} pack-refs --all; sed -i \\"s#^[0-9a-f]* refs/heads/main#$tip refs/heads/main#\\" .git/packed-refs"] }
  looser: { adapter: shell, command: ["sh", "-c", "echo x > loose.txt; git add -A; echo true > check.sh; git commit -qam loose; git rev-parse HEAD > ../../repo/.git/refs/heads/main"] }
gates: { test: { run: ["sh", "check.sh"] } }
limits: { retries: 0 }
concurrency: 1
`
const check = { "check.sh": "if test -e broken; then echo it is broken; exit 1; fi\n" }

test(
  "a red commit put on the target past git's hooks: told with the gate's words, and nothing is built on it",
  { timeout: 120_000 },
  async () => {
    const { act, repo, run: go, events } = makeStage(yaml, check)
    const before = repo.git("rev-parse", "main")
    const report = await go(["one:sly", "two:scribe"], { waitMs: 100 })
    expect(report).toMatchObject({ exit: 3, landed: [], failed: [], waiting: [{ id: 1 }, { id: 2 }] })
    expect(report.red?.message).toContain("it is broken")
    const sly = repo.git("rev-parse", "main")
    expect(repo.git("log", "-1", "--format=%s", "main")).toBe("sly")
    const what = [`ref refs/heads/main (${before.slice(0, 10)} to ${sly.slice(0, 10)})`]
    expect(events().filter(({ type }) => type === "ChangedOutside")).toMatchObject([{ what, attributed: false }])
    expect(events().filter(({ type }) => type === "TargetJudged")).toMatchObject([
      { commit: before, verdict: "pass" },
      { commit: sly, previous: before, verdict: "fail", lines: ["it is broken"] },
    ])
    const hint = `git -C ${repo.path} status --short && git -C ${repo.path} read-tree -m -u ${before} ${sly}`
    expect(events().find(({ type }) => type === "Warned")).toMatchObject({ hint })
    expect(events().some((event) => event.type === "AttemptStarted" && event.task === 2)).toBe(false)
    // The user puts the target back where it was, and both land.
    repo.git("update-ref", "refs/heads/main", before)
    expect(await act(run({ ids: [1, 2] }))).toMatchObject({ exit: 0, landed: [{ id: 1 }, { id: 2 }] })
    expect(repo.git("ls-files")).not.toContain("broken")
  },
)

deeply("a green one is judged and gone on from; one that changes what judges is held for a word", { timeout: 120_000 }, async () => {
  const { act, repo, run: go, events } = makeStage(yaml, check)
  expect(await go(["one:packer", "two:scribe"])).toMatchObject({ exit: 0, landed: [{ id: 1 }, { id: 2 }] })
  expect(repo.git("log", "--format=%s", "main")).toContain("fine")
  expect(events().filter((event) => event.type === "TargetJudged" && event.previous !== undefined)).toMatchObject([{ verdict: "pass" }])

  const held = await go(["three:looser", "four:scribe"], { waitMs: 100 })
  expect(held).toMatchObject({ exit: 3, landed: [] })
  expect(held.red?.message).toContain("the move changes what judges: check.sh")
  expect(await act(run({ ids: [4] }), { allowGateChanges: true })).toMatchObject({ landed: [{ id: 4 }] })
})

test("commits that the user makes meanwhile land like any others, and nobody is blamed for them", { timeout: 120_000 }, async () => {
  const {
    repo,
    run: go,
    events,
  } = makeStage(
    yaml.replace(
      "echo 1 > $OSIER_SLUG.txt",
      `echo 1 > $OSIER_SLUG.txt; cd ../../repo; echo 1 > mine.txt; ${past} add -A; ${past} commit -qm mine`,
    ),
    check,
  )
  const report = await go(["one:scribe"])
  expect(report).toMatchObject({ exit: 0, landed: [{ id: 1 }], failed: [] })
  expect(repo.git("log", "--format=%s", "main").split("\n").slice(-2)).toEqual(["mine", "init"])
  expect(events().filter(({ type }) => type === "Warned")).toEqual([])
  expect(repo.git("status", "--porcelain")).toBe("")
})

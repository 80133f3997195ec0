import { expect, test } from "vitest"
import { makeStage } from "../../support/engine.ts"

test(
  "whatever an agent leaves that git or osier can't go on with is one attempt, told and kept, and paid once",
  { timeout: 120_000 },
  async () => {
    const agents = {
      nested: "git init -q sub; echo x > sub/main.rs",
      named: "mkdir .GIT; echo x > .GIT/main.rs",
      pointer: "echo x > main.rs; rm .git; echo 'gitdir: /nowhere' > .git",
      entry: 'echo x > main.rs; echo /nowhere/.git > "$(git rev-parse --absolute-git-dir)/gitdir"',
      index: 'echo x > main.rs; echo junk > "$(git rev-parse --absolute-git-dir)/index"',
      gone: 'echo x > main.rs; rm -rf "$(git rev-parse --absolute-git-dir)"',
      folder: "echo x > main.rs; rm -rf .osier; echo x > .osier",
    }
    const rows = Object.entries(agents).map(
      ([name, does]) => `  ${name}: { adapter: shell, command: ["sh", "-c", ${JSON.stringify(does)}] }\n`,
    )
    const yaml = `agents:\n${rows.join("")}limits: { retries: 0 }\n`
    const { repo, run, events } = makeStage(yaml)
    const report = await run(Object.keys(agents).map((name) => `${name}:${name}`))
    expect(report.failed.map(({ title }) => title).toSorted()).toEqual(["folder", "gone", "index", "named", "nested", "pointer"])
    expect(report.failed.filter(({ reason }) => reason === "")).toEqual([])
    expect(events().filter(({ type }) => type === "AttemptStarted")).toHaveLength(7)
    expect(events().filter(({ type }) => type === "AttemptFailed")).toHaveLength(6)
    const kept = repo.git("for-each-ref", "--format=%(refname)", "refs/osier/keep").split("\n")
    expect(kept.filter((ref) => repo.git("ls-tree", "-r", "--name-only", ref).includes("main.rs"))).toHaveLength(7)
    // The next run has nothing to do, and nothing in its way.
    const again = await run(["and one more:nested"])
    expect(again.failed).toHaveLength(1)
    expect(events().filter(({ type }) => type === "AttemptStarted")).toHaveLength(8)
  },
)

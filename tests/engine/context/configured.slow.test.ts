import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { makeStage } from "../../support/engine.ts"

const settings = (
  script: string,
) => `agents: { sly: { adapter: shell, command: ["sh", "-c", ${JSON.stringify(`echo x > x.txt; ${script}`)}] } }
agent: sly
gates: { test: { run: ["true"] } }
limits: { retries: 2 }
`

/** A repository whose agent does this, beside a program that tells when anybody runs it. */
const stageOf = (script: string) => {
  const stage = makeStage(settings(script))
  const ran = join(stage.repo.path, "..", "ran")
  writeFileSync(join(stage.repo.path, "..", "evil.sh"), `echo ran >> "${ran}"\ncat\n`)
  const told = () => stage.events().flatMap((event) => (event.type === "Warned" ? [`${event.message} | ${event.hint}`] : []))
  return { ...stage, ran, told }
}

const evil = `sh $(git rev-parse --git-common-dir)/../../evil.sh`

test.each([
  ["in the configuration", `git config filter.x.clean "${evil}"; echo '* filter=x' > $(git rev-parse --git-common-dir)/info/attributes`],
  [
    "in the tree's own",
    `git config extensions.worktreeConfig true; git config --worktree filter.x.clean "${evil}"; echo '* filter=x' > .gitattributes`,
  ],
])("a filter that came about %s is never run, and the next task is not begun under it", { timeout: 120_000 }, async (_, script) => {
  const { repo, run, ran, told } = stageOf(script)
  mkdirSync(join(repo.path, ".git/info"), { recursive: true })
  const report = await run(["one"])
  expect(report.landed).toEqual([])
  expect(report.failed[0]).toMatchObject({ class: "environment", reason: expect.stringContaining("filter.x.clean is new") })
  expect(told().join("\n")).toMatch(/while the agent of task 1 ran: filter\.x\.clean is new .*--unset-all filter\.x\.clean/)
  await expect(run(["two"])).rejects.toMatchObject({ _tag: "ConfigurationChanged", exit: 5 })
  expect(existsSync(ran)).toBe(false)
})

test("attributes that give files to a filter which was there before hold the work as well", { timeout: 120_000 }, async () => {
  const { repo, run, ran } = stageOf("echo '*.txt filter=old' > .gitattributes")
  repo.git("config", "filter.old.clean", `sh "${join(repo.path, "..", "evil.sh")}"`)
  const report = await run(["one"])
  expect(report.failed[0]?.reason).toContain(".gitattributes gives files to the filter old")
  expect(existsSync(ran)).toBe(false)
})

test(
  "a hook whose test suite says `git init` is named with the key that it flipped, and nothing lands there",
  { timeout: 120_000 },
  async () => {
    const { repo, run, told } = stageOf("true")
    const config = join(repo.path, ".git/config")
    writeFileSync(join(repo.path, ".git/hooks/pre-commit"), "#!/bin/sh\ncd / && d=$(mktemp -d) && cd $d && git init -q .\n", {
      mode: 0o755,
    })
    const report = await run(["one"])
    expect(report.exit).toBe(5)
    expect(readFileSync(config, "utf8")).toContain("bare = true")
    const undo = `git config --file ${config} --replace-all core.bare false`
    expect(told().join("\n")).toContain(`while the commit hooks of task 1 ran: core.bare changed from "false" to "true" in ${config}`)
    expect(told().join("\n")).toContain(undo)
    execFileSync("sh", ["-c", undo])
    expect(repo.git("status", "--porcelain")).toBe("")
  },
)

import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { makeRepo } from "../support/repo.ts"
import { osier } from "../support/program.ts"
import { deeply } from "../support/deeply.ts"

const yaml = `agents: { scribe: { adapter: shell, command: ["sh", "-c", "cat > $OSIER_SLUG.txt"] } }\nagent: scribe\ngates: { test: ["true"] }\n`
const settled = { "osier.yaml": yaml, "README.md": "# a\n" }

test("tasks as files: written, edited, taken back; mistakes end with 2 and say what to do", { timeout: 120_000 }, async () => {
  const repo = makeRepo(settled)
  const folder = join(repo.path, ".osier/tasks")
  const edit = (name: string, from: string, to: string) =>
    writeFileSync(join(folder, name), readFileSync(join(folder, name), "utf8").replace(from, to))
  await osier(repo.path, "add", "Alpha", "Beta")
  expect(await osier(repo.path, "tree", "--tasks")).toMatchObject({ code: 0, out: ".osier/tasks\n" })
  expect(repo.git("status", "--porcelain")).toBe("")
  edit("1-alpha.md", "priority: normal", "priority: high")
  edit("2-beta.md", "status: pending", "status: merged")
  const first = await osier(repo.path, "sync")
  expect(first.code).toBe(2)
  expect(first.out).toBe("#1 taken back: priority\n")
  expect(first.err).toMatch(/\.osier\/tasks\/2-beta\.md:4:\d+: status: merged can't be set by hand\n {2}`osier land 2` lands it/)
  edit("2-beta.md", "status: merged", "status: discarded")
  const second = await osier(repo.path, "sync", "--json")
  expect(second).toMatchObject({ code: 0, err: "" })
  expect(JSON.parse(second.out)).toMatchObject({ edits: [{ id: 2, fields: ["status"] }], problems: [] })
  expect(await osier(repo.path, "sync")).toMatchObject({ code: 0, out: "nothing to take back\n" })
  expect(JSON.parse((await osier(repo.path, "ls", "--all", "--json")).out).tasks).toMatchObject([
    { id: 1, priority: "high" },
    { id: 2, status: "discarded" },
  ])
})

test("drafts: no number, listed with a mark, numbered and done by a bare run", { timeout: 120_000 }, async () => {
  const repo = makeRepo(settled)
  expect(await osier(repo.path, "add", "--draft", "Later")).toMatchObject({ code: 0, out: expect.stringContaining("draft Later") })
  expect(repo.git("for-each-ref", "--format=%(refname)", "refs/osier/")).toMatch(/^refs\/osier\/drafts\/\w+$/)
  expect((await osier(repo.path, "ls")).out).toMatch(/^draft .*Later · no number yet/)
  expect(JSON.parse((await osier(repo.path, "ls", "--json")).out)).toMatchObject({ tasks: [], drafts: [{ title: "Later" }] })
  expect((await osier(repo.path, "run")).out).toMatch(/✓ #1 +Later/)
  expect(repo.git("for-each-ref", "refs/osier/drafts/")).toBe("")
})

test("a draft needs no remote, and no target", { timeout: 120_000 }, async () => {
  const repo = makeRepo({ ...settled, "osier.yaml": `${yaml}remote: origin\n` })
  repo.git("remote", "add", "origin", join(repo.path, "nowhere.git"))
  repo.git("checkout", "-q", "--detach")
  expect(await osier(repo.path, "add", "--draft", "Offline")).toMatchObject({ code: 0, err: "" })
})

deeply(
  "two clones edit one task at once: different fields merge, one of the same field is told where its value is",
  { timeout: 120_000 },
  async () => {
    const repo = makeRepo({ "osier.yaml": `${yaml}remote: origin\n` })
    const [hub, other] = [`${repo.path}.hub`, `${repo.path}.other`]
    repo.git("clone", "-q", "--bare", ".", hub)
    repo.git("remote", "add", "origin", hub)
    repo.git("clone", "-q", hub, other)
    const both = [repo.path, other]
    const edit = (path: string, name: string, from: string, to: string) => {
      const file = join(path, ".osier/tasks", name)
      writeFileSync(file, readFileSync(file, "utf8").replace(from, to))
    }
    await osier(repo.path, "add", "Alpha", "Beta")
    await osier(other, "sync")
    for (const path of both) await osier(path, "tree", "--tasks")
    edit(repo.path, "1-alpha.md", "priority: normal", "priority: high")
    edit(other, "1-alpha.md", "labels: []", "labels: [web]")
    edit(repo.path, "2-beta.md", "title: Beta", "title: One")
    edit(other, "2-beta.md", "title: Beta", "title: Two")
    const ended = await Promise.all(both.map((path) => osier(path, "sync")))
    expect(ended.map(({ code }) => code)).toEqual([0, 0])
    const lost = /yours: git show ([0-9a-f]+):task\.md/.exec(ended.map(({ out }) => out).join("\n"))?.[1] ?? ""
    for (const path of both) {
      await osier(path, "sync")
      const [alpha, beta] = JSON.parse((await osier(path, "ls", "--json")).out).tasks
      expect(alpha).toMatchObject({ priority: "high", labels: ["web"] })
      expect(["One", "Two"]).toContain(beta.title)
      expect(repo.git("-C", path, "show", `${lost}:task.md`)).toContain(`title: ${beta.title === "One" ? "Two" : "One"}`)
      expect(repo.git("-C", path, "log", "main", "--format=%s")).toBe("init")
    }
  },
)

import * as Effect from "effect/Effect"
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { parseArguments } from "../../../core/domain/plan/plan.ts"
import { addDrafts } from "../../../core/engine/tasks/addDrafts.ts"
import { addTasks } from "../../../core/engine/tasks/addTasks.ts"
import { holding } from "../../../core/engine/context/holding.ts"
import { showTasks } from "../../../core/engine/sync/showTasks.ts"
import { sync } from "../../../core/engine/sync/sync.ts"
import { changeTask, listTasks, readTask } from "../../../core/steps/task/record.ts"
import { makeStage } from "../../support/engine.ts"

const yaml = `agents: { scribe: { adapter: shell, command: ["true"] } }\nagent: scribe\ngates: { test: ["true"] }\n`
const known = { agents: ["scribe"], adapters: [], gates: ["test"] }

/** Three tasks, and their files in the checkout. */
const shown = async (titles: readonly string[] = ["Alpha", "Beta", "Gamma"]) => {
  const stage = makeStage(yaml)
  const { repo, act } = stage
  if (titles.length > 0) await act(addTasks(parseArguments(titles, known).tasks, { again: "new" }))
  await act(showTasks())
  const folder = join(repo.path, ".osier/tasks")
  const read = (name: string) => readFileSync(join(folder, name), "utf8")
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  const edit = (name: string, from: string | RegExp, to: string) => {
    expect(read(name)).toMatch(from)
    write(name, read(name).replace(from, to))
  }
  const names = () =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".md"))
      .toSorted()
  const task = async (id: number) => (await act(readTask(id))).task
  const commit = (id: number) => repo.git("rev-parse", `refs/osier/tasks/${id}`)
  return { ...stage, folder, read, write, edit, names, task, commit, sync: () => act(sync()) }
}

describe("task files", () => {
  test("stand in the checkout as the records say, hidden from git; nothing edited changes nothing", async () => {
    const { repo, names, read, commit, sync } = await shown()
    expect(names()).toEqual(["1-alpha.md", "2-beta.md", "3-gamma.md"])
    expect(read("2-beta.md")).toBe(`${repo.git("show", "refs/osier/tasks/2:task.md")}\n`)
    expect(repo.git("status", "--porcelain")).toBe("")
    const before = [1, 2, 3].map(commit)
    expect(await sync()).toMatchObject({
      numbered: [],
      edits: [],
      created: [],
      problems: [],
      files: { written: [], restored: [], left: [] },
    })
    expect([1, 2, 3].map(commit)).toEqual(before)
  })

  test("without them a sync makes none", async () => {
    const { repo, act } = makeStage(yaml)
    expect((await act(sync())).files).toBeUndefined()
    expect(existsSync(join(repo.path, ".osier"))).toBe(false)
  })

  test("edits become one commit a task, and the files are written anew under their new names", async () => {
    const { repo, edit, names, task, sync, commit } = await shown()
    edit("1-alpha.md", "title: Alpha", "title: First of all")
    edit("1-alpha.md", "priority: normal", "priority: high\nx-board: 3")
    edit("1-alpha.md", /Alpha\n$/, "Do it.\n\n---\nWell.\n")
    const before = commit(1)
    const done = await sync()
    expect(done.problems).toEqual([])
    expect(done.edits).toMatchObject([{ id: 1, file: ".osier/tasks/1-alpha.md", conflicts: [] }])
    expect(done.edits[0]?.fields.toSorted()).toEqual(["priority", "prompt", "title", "x-board"])
    expect(await task(1)).toMatchObject({
      title: "First of all",
      priority: "high",
      extra: { "x-board": 3 },
      prompt: "Do it.\n\n---\nWell.",
    })
    expect(repo.git("rev-list", "--count", `${before}..refs/osier/tasks/1`)).toBe("1")
    expect(names()).toEqual(["1-first-of-all.md", "2-beta.md", "3-gamma.md"])
    expect((await sync()).edits).toEqual([])
  })

  test("changes of others to other fields meanwhile stay; in the same field theirs stands, and the edit is in the history", async () => {
    const { repo, act, edit, task, read, sync } = await shown()
    edit("1-alpha.md", "priority: normal", "priority: high")
    edit("2-beta.md", "priority: normal", "priority: high\nlabels: [mine]")
    edit("2-beta.md", "labels: []\n", "")
    await act(changeTask(1, (old) => ({ ...old, labels: ["theirs"] })))
    await act(changeTask(2, (old) => ({ ...old, labels: ["theirs"], priority: "low" })))
    const done = await sync()
    expect(await task(1)).toMatchObject({ priority: "high", labels: ["theirs"] })
    expect(await task(2)).toMatchObject({ priority: "low", labels: ["mine", "theirs"] })
    expect(done.edits[1]?.conflicts).toEqual([{ field: "priority", kept: "low", lost: "high", loser: "ours" }])
    expect(repo.git("rev-parse", "refs/osier/tasks/2^2")).toBe(done.edits[1]?.edit)
    expect(repo.git("show", "refs/osier/tasks/2^2:task.md")).toContain("priority: high")
    expect(read("2-beta.md")).toContain("priority: low")
  })

  test("a mistake is told by line and field, counts for nothing of its file, and the file stays; others are taken", async () => {
    const { edit, task, read, sync } = await shown()
    edit("1-alpha.md", "priority: normal", "priority: hihg")
    edit("1-alpha.md", "title: Alpha", "title: Lost?")
    edit("2-beta.md", "title: Beta", "title: Second")
    edit("3-gamma.md", "needs: []", "needs: [1, 77]")
    edit("3-gamma.md", "agent: scribe", "agent: scrib")
    const kept = read("1-alpha.md")
    const done = await sync()
    expect(done.problems).toMatchObject([
      { file: ".osier/tasks/1-alpha.md", line: 5, field: "priority" },
      { file: ".osier/tasks/3-gamma.md", field: "agent", hint: "did you mean scribe?" },
      { file: ".osier/tasks/3-gamma.md", field: "needs[1]", message: "there is no task 77" },
    ])
    expect(await task(1)).toMatchObject({ title: "Alpha", priority: "normal" })
    expect(await task(3)).toMatchObject({ needs: [] })
    expect(await task(2)).toMatchObject({ title: "Second" })
    expect(read("1-alpha.md")).toBe(kept)
    expect(done.files?.left).toEqual(["1-alpha.md", "3-gamma.md"])
    edit("1-alpha.md", "hihg", "high")
    expect((await sync()).edits).toMatchObject([{ id: 1, fields: ["title", "priority"] }])
  })

  test("states only along the drawn edges, never those that work proves, and not while somebody owns the task", async () => {
    const { act, edit, task, sync, read } = await shown()
    edit("1-alpha.md", "status: pending", "status: discarded")
    edit("2-beta.md", "status: pending", "status: merged")
    edit("3-gamma.md", "status: pending", "status: failed")
    const done = await sync()
    expect(done.problems).toMatchObject([
      { file: ".osier/tasks/2-beta.md", field: "status", line: 4, message: "merged can't be set by hand" },
      { file: ".osier/tasks/3-gamma.md", message: "the task is pending and can't become failed", hint: "by hand it may become discarded" },
    ])
    expect([(await task(1)).status, (await task(2)).status, (await task(3)).status]).toEqual(["discarded", "pending", "pending"])
    edit("2-beta.md", "status: merged", "status: discarded")
    const held = await act(holding("task", "2", () => Effect.promise(() => sync())))
    expect(held.problems[0]).toMatchObject({ file: ".osier/tasks/2-beta.md", field: "status" })
    expect(held.problems[0]?.message).toContain("task 2 is held by")
    expect(read("2-beta.md")).toContain("status: discarded")
    expect((await task(2)).status).toBe("pending")
  })

  test("needs that go round in a circle are refused, over several files as well", async () => {
    const { edit, sync, task } = await shown()
    edit("1-alpha.md", "needs: []", "needs: [2]")
    edit("2-beta.md", "needs: []", "needs: [1]")
    expect((await sync()).problems).toMatchObject([{ file: ".osier/tasks/2-beta.md", field: "needs", hint: "remove one of these needs" }])
    expect((await task(1)).needs).toEqual([2])
  })

  test("a new file becomes a task, once, also when its text is given twice", async () => {
    const { write, names, task, sync, act, folder } = await shown(["Alpha"])
    write("idea.md", "---\ntitle: An idea\nneeds: [1]\npriority: high\n---\nThink.\n")
    write("broken.md", "---\ntitle: x\nprioritty: low\n---\n")
    write("swapfile.md~", "no task file")
    const done = await sync()
    expect(done.created).toEqual([{ id: 2, title: "An idea", file: "idea.md" }])
    expect(done.problems).toMatchObject([{ file: ".osier/tasks/broken.md", line: 3, hint: "did you mean priority?" }])
    expect(await task(2)).toMatchObject({ title: "An idea", needs: [1], priority: "high", prompt: "Think." })
    expect(names()).toEqual(["1-alpha.md", "2-an-idea.md", "broken.md"])
    rmSync(join(folder, "broken.md"))
    write("idea.md", "---\ntitle: An idea\n---\n")
    expect((await sync()).created).toMatchObject([{ id: 3 }])
    expect(await act(listTasks())).toHaveLength(3)
  })

  test("a copy of a task's file to begin a new task with is told line by line what to take out", async () => {
    const { write, read, sync } = await shown(["Alpha"])
    write("copy.md", read("1-alpha.md").replace(/^id: .*\n/m, ""))
    const { problems } = await sync()
    expect(problems.map(({ hint }) => hint)).toEqual(
      ["status", "source", "created", "updated", "attempts"].map((key) => `remove the line ${key}: osier writes it itself`),
    )
    const lines = problems.map(({ line = 0 }) => line)
    const left = read("copy.md")
      .split("\n")
      .filter((_, at) => !lines.includes(at + 1))
    write("copy.md", left.join("\n"))
    expect((await sync()).created).toMatchObject([{ id: 2, title: "Alpha" }])
  })

  test("a deleted file changes nothing and is written again; a renamed one is still its task's", async () => {
    const { names, folder, task, sync, edit } = await shown()
    rmSync(join(folder, "1-alpha.md"))
    renameSync(join(folder, "2-beta.md"), join(folder, "mine.md"))
    edit("mine.md", "priority: normal", "priority: low")
    const done = await sync()
    expect(done).toMatchObject({ problems: [], created: [], files: { restored: ["1-alpha.md"] }, edits: [{ id: 2 }] })
    expect(names()).toEqual(["1-alpha.md", "2-beta.md", "3-gamma.md"])
    expect(await task(2)).toMatchObject({ priority: "low" })
    expect(await task(1)).toMatchObject({ status: "pending" })
  })

  test("edited to nonsense: told, kept, and nothing is lost", async () => {
    const nonsense: readonly (readonly [string, string | Buffer])[] = [
      ["1-nothing-at-all.md", ""],
      ["2-no-front-matter.md", "hello"],
      ["3-half-of-it.md", "---\nid: 3\ntitle: A"],
      ["4-a-list.md", "---\n- id: 4\n---\n"],
      ["5-no-text.md", Buffer.from([0x2d, 0x2d, 0x2d, 0x0a, 0xff, 0xfe])],
      ["6-two-ids.md", "---\nid: 6\nid: 6\n---\n"],
      ["7-another-id.md", "---\nid: 1\ntitle: A\ncreated: x\n---\n"],
    ]
    const titles = ["Nothing at all", "No front matter", "Half of it", "A list", "No text", "Two ids", "Another id"]
    const { folder, sync, repo, names } = await shown(titles)
    expect(names()).toEqual(nonsense.map(([name]) => name))
    const before = repo.git("for-each-ref", "refs/osier/")
    for (const [name, text] of nonsense) writeFileSync(join(folder, name), text)
    const done = await sync()
    expect(new Set(done.problems.map(({ file }) => file))).toEqual(new Set(nonsense.map(([name]) => `.osier/tasks/${name}`)))
    for (const { hint, message } of done.problems) expect([hint, message]).not.toContain("")
    expect(repo.git("for-each-ref", "refs/osier/")).toBe(before)
    for (const [name, text] of nonsense) expect(readFileSync(join(folder, name))).toEqual(Buffer.from(text))
  })

  test("a folder in a file's place, and a note of ours that is damaged: told, and nothing is overwritten", async () => {
    const { folder, sync, edit, write, read } = await shown(["Alpha", "Beta"])
    rmSync(join(folder, "1-alpha.md"))
    mkdirSync(join(folder, "1-alpha.md"))
    expect((await sync()).problems).toMatchObject([{ file: ".osier/tasks/1-alpha.md", message: "is no plain file" }])
    rmSync(join(folder, "1-alpha.md"), { recursive: true })
    await sync()
    edit("1-alpha.md", "title: Alpha", "title: Mine")
    write(".base.json", "{ half")
    const done = await sync()
    expect(done.problems).toMatchObject([{ file: ".osier/tasks/1-alpha.md", line: 2 }])
    expect(read("1-alpha.md")).toContain("title: Mine")
    expect((await sync()).problems).toHaveLength(1)
  })
})

test("writing them again leaves edits alone, and says so", async () => {
  const { act, edit, read, repo } = await shown()
  edit("1-alpha.md", "title: Alpha", "title: Mine")
  await act(changeTask(1, (old) => ({ ...old, priority: "low" })))
  await act(changeTask(2, (old) => ({ ...old, priority: "low" })))
  expect(await act(showTasks())).toMatchObject({ written: ["2-beta.md"], left: ["1-alpha.md"] })
  expect(read("1-alpha.md")).toContain("title: Mine")
  await act(sync())
  expect(repo.git("show", "refs/osier/tasks/1:task.md")).toMatch(/title: Mine[\s\S]*priority: low/)
})

test("drafts get their numbers, and files", async () => {
  const { act, names } = await shown(["Alpha"])
  await act(addDrafts(parseArguments(["Later"], known).tasks, undefined))
  expect((await act(sync())).numbered).toMatchObject([{ id: 2, title: "Later" }])
  expect(names()).toEqual(["1-alpha.md", "2-later.md"])
})

import { spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { claims, greenClaim } from "../../scripts/demo/claims.ts"
import type { Facts } from "../../scripts/demo/facts.ts"
import { judgeHistory } from "../../scripts/demo/history.ts"
import { git, inHand } from "../../scripts/demo/shop.ts"

const folder = mkdtempSync(join(tmpdir(), "osier-demo-test-"))
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs the demo as `npm start` does, with a temporary folder of its own. */
const demo = (temporary: string) =>
  new Promise<{ readonly code: number | null; readonly out: string }>((done, fail) => {
    const script = join(import.meta.dirname, "..", "..", "scripts", "demo.ts")
    const child = spawn(process.execPath, [script, "--clean"], {
      env: { ...process.env, TMPDIR: temporary, OSIER_DEBUG: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    })
    let out = ""
    child.stdout.on("data", (chunk) => (out += chunk))
    child.stderr.on("data", (chunk) => (out += chunk))
    child.on("error", fail)
    child.on("close", (code) => done({ code, out }))
  })

test("the demo ends as told, in plain text, and takes everything away again", { timeout: 300_000 }, async () => {
  const temporary = join(folder, "temporary")
  mkdirSync(temporary)
  const { code, out } = await demo(temporary)
  expect(code, out).toBe(0)
  expect(out).toContain("8 of 10 tasks landed")
  expect(out).toContain("main is green at every landed commit")
  expect(out).toContain("The demo ended as told")
  expect(out).not.toContain("✗ 8 of 10")
  expect(out).not.toContain("\u001b")
  expect(readdirSync(temporary)).toEqual([])
})

describe("what the demo claims", () => {
  const head = { at: "2030-01-01T00:00:00Z", run: "r" }
  const began = (seq: number, task: number, attempt = 1): Facts["events"][number] => ({
    ...head,
    seq,
    type: "AttemptStarted",
    task,
    attempt,
    agent: "a",
    adapter: "shell",
    tree: "",
    branch: "",
  })
  const ended = (seq: number, task: number): Facts["events"][number] => ({
    ...head,
    seq,
    type: "AgentEnded",
    task,
    attempt: 1,
    ok: true,
    reason: "",
    ms: 1,
  })
  const landed = (seq: number, task: number): Facts["events"][number] => ({
    ...head,
    seq,
    type: "Landed",
    tasks: [task],
    commit: `c${task}`,
    target: "main",
    previous: "",
    mode: "merge",
  })
  const one = (from: number, task: number) => [began(from, task), ended(from + 2, task), landed(from + 3, task)]
  const ejected: Facts["events"][number] = { ...head, seq: 71, type: "Ejected", task: 8, with: [7], reason: "" }
  const events: Facts["events"] = [
    began(1, 7),
    began(2, 8),
    ended(3, 7),
    ended(4, 8),
    landed(5, 7),
    began(6, 9),
    ended(7, 9),
    began(8, 9, 2),
    ended(9, 9),
    ...[1, 2, 3, 4, 5, 6].flatMap((task) => one(task * 10, task)),
    ejected,
    began(72, 8, 2),
    ended(73, 8),
    landed(74, 8),
    { ...head, seq: 75, type: "TaskBlocked", task: 10, by: [9], reason: "" },
  ]
  const landings = [7, 1, 2, 3, 4, 5, 6, 8].map((task) => `c${task}`)
  const told: Facts = {
    exit: 1,
    tasks: Array.from({ length: 10 }, (_, index) => {
      const id = index + 1
      return id < 9 ? { id, status: "merged", landed: `c${id}` } : { id, status: id === 9 ? "failed" : "pending" }
    }),
    events,
    landings,
    trees: [],
    branches: ["main"],
    status: " M README.md\n?? notes.txt",
    inHand,
    keeps: {
      "refs/osier/keep/8/1": ["packages/stock/src/priceList.js"],
      "refs/osier/keep/9/2": ["packages/delivery/src/promise.js", "draft.log"],
    },
    processes: [],
    damage: "",
  }
  const against = (facts: Facts) => claims(facts).flatMap((claim) => claim.against)

  test("nothing is said against a run that went as told", () => expect(against(told)).toEqual([]))

  const otherwise: readonly (readonly [string, Partial<Facts>])[] = [
    ["#9 is not failed", { tasks: told.tasks.map((task) => (task.id === 9 ? { ...task, status: "merged" } : task)) }],
    ["#10 is not pending", { tasks: told.tasks.map((task) => (task.id === 10 ? { ...task, status: "merged" } : task)) }],
    ["#4 is pending, not merged", { tasks: told.tasks.map((task) => (task.id === 4 ? { ...task, status: "pending" } : task)) }],
    ["#5 says that it landed as c5, which is not on main", { landings: landings.map((commit) => (commit === "c5" ? "x" : commit)) }],
    ["main has 9 new commits, not 8", { landings: [...landings, "x"] }],
    ["#6 began before #5 had landed", { events: events.filter((event) => !(event.type === "Landed" && event.tasks[0] === 5)) }],
    ["1 agents worked at once where 3 may", { events: events.filter(({ seq }) => seq !== 2 && seq !== 4) }],
    ["blamed was nobody, not #8 with #7", { events: events.filter((event) => event !== ejected) }],
    ["blamed was #8 with #1, not #8 with #7", { events: events.map((event) => (event === ejected ? { ...ejected, with: [1] } : event)) }],
    [
      "refs/osier/keep/9/2 does not hold draft.log",
      { keeps: { ...told.keeps, "refs/osier/keep/9/2": ["packages/delivery/src/promise.js"] } },
    ],
    ["refs/osier/keep/8/1 does not hold its first attempt", { keeps: {} }],
    ["osier ended with exit code 0, not 1", { exit: 0 }],
    ["notes.txt is not what its owner wrote", { inHand: { ...inHand, "notes.txt": "" } }],
    ['git status says " M README.md"', { status: " M README.md" }],
    ["a tree is left: worktree /somewhere", { trees: ["worktree /somewhere"] }],
    ["a branch is left: task/a-1", { branches: ["main", "task/a-1"] }],
    ["a process is left: 12 sleep", { processes: ["12 sleep"] }],
    ["git fsck says missing blob", { damage: "missing blob" }],
  ]
  test.each(otherwise)("%s", (said, change) => expect(against({ ...told, ...change })).toContain(said))
})

test("a red commit in the middle of a history is found, one on a side branch is not judged", async () => {
  const repository = join(folder, "history")
  await git(folder, "init", "--quiet", "--template=", "--initial-branch=main", repository)
  const commit = async (code: number) => {
    writeFileSync(join(repository, "gate.js"), `console.log("left with ${code}")\nprocess.exitCode = ${code}\n`)
    await git(repository, "add", "--all")
    await git(repository, "-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false", "commit", "--quiet", "-m", `${code}`)
    return git(repository, "rev-parse", "HEAD")
  }
  const commits = [await commit(0), await commit(3), await commit(0)]
  await git(repository, "switch", "--quiet", "-c", "side", "HEAD~2")
  await commit(4)
  await git(repository, "switch", "--quiet", "main")
  const own = ["-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
  await git(repository, ...own, "merge", "--quiet", "--strategy=ours", "--no-edit", "side")
  const merge = await git(repository, "rev-parse", "HEAD")
  const judged = await judgeHistory(repository, folder, ["node", "gate.js"])
  expect(judged.map(({ commit, green }) => [commit, green])).toEqual([...commits.map((one, index) => [one, index !== 1]), [merge, true]])
  expect(judged[1]?.said).toContain("left with 3")
  expect(greenClaim(judged).against.join("\n")).toContain(`main is red at ${commits[1]?.slice(0, 10)}`)
  expect(greenClaim([]).against).toEqual(["there is no commit to judge"])
  expect(readdirSync(folder).filter((name) => name.startsWith("clone-"))).toEqual([])
})

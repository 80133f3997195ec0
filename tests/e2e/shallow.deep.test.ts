import { expect, test } from "vitest"
import { run } from "../../core/engine/run/run.ts"
import { listTasks } from "../../core/steps/task/record.ts"
import { makeHub } from "../support/clones.ts"
import { stageOn } from "../support/engine.ts"
import type { Stage } from "../support/engine.ts"
import { osier } from "../support/program.ts"
import { check, scribe } from "../support/scribe.ts"

const runReady = (stage: Stage) => stage.act(run({ ids: "ready" }))
const statuses = async (stage: Stage) => (await stage.act(listTasks())).map(({ id, status }) => `${id} ${status}`)
const doctor = async ({ repo }: Stage) => (await osier(repo.path, "doctor")).out

/** A remote that people push to, with clones that have all of its history, and clones that have its tip alone. */
const setUp = (more = "") => {
  const yaml = `target: main\nremote: origin\n${more}${scribe}`
  const hub = makeHub({ "README.md": "# a\n", "osier.yaml": yaml, ...check })
  const user = hub.clone()
  const pushed = (...names: readonly string[]) => {
    user.git("pull", "-q", "--ff-only")
    for (const name of names) user.commit(name, { [`${name}.txt`]: name })
    user.git("push", "-q")
  }
  const stage = (...args: readonly string[]) => stageOn(hub.clone(undefined, ...args), yaml)
  const notes = () => hub.bare.git("ls-tree", "-r", "--name-only", "main", "notes").split("\n")
  return { hub, pushed, notes, full: () => stage(), shallow: () => stage("--depth=1") }
}
const isShallow = ({ repo }: Stage) => repo.git("rev-parse", "--is-shallow-repository") === "true"

test("a shallow clone does what needs a task that landed further back than its history", { timeout: 120_000 }, async () => {
  const { hub, pushed, notes, full, shallow } = setUp()
  const whole = full()
  expect((await whole.run(["a"])).exit).toBe(0)
  pushed("x", "y")
  whole.repo.write("plan.yaml", "tasks:\n- { id: b, title: b, needs: [1] }\n- { id: c, title: c, needs: [b] }\n")
  expect((await osier(whole.repo.path, "add", "--from", "plan.yaml")).code).toBe(0)
  const mine = shallow()
  expect(await runReady(mine)).toMatchObject({ exit: 0, waiting: [] })
  expect(await statuses(mine)).toEqual(["1 merged", "2 merged", "3 merged"])
  expect(notes()).toEqual(["notes/a.md", "notes/b.md", "notes/c.md"])
  expect([isShallow(mine), mine.repo.git("rev-parse", "main")]).toEqual([true, hub.bare.refs()["refs/heads/main"]])
  expect(await doctor(mine)).toContain("✓ remote target")
})

test(
  "work that was begun further back is not merged by guess: a sentence says so, and it lands from a whole clone, or this one made whole",
  { timeout: 120_000 },
  async () => {
    const { hub, pushed, notes, full, shallow } = setUp("land: review\n")
    const whole = full()
    expect((await whole.run(["a", "b"])).completed.map(({ id }) => id)).toEqual([1, 2])
    pushed("x", "y", "z")
    const tip = hub.bare.refs()["refs/heads/main"]
    const mine = shallow()
    const refused = await osier(mine.repo.path, "land", "1")
    expect(refused.code).toBe(5)
    expect(refused.out).toMatch(/the history of \w+ and \w+ is cut off before their common ancestor\n +next: .*`git fetch --unshallow`/)
    expect(hub.bare.refs()["refs/heads/main"]).toBe(tip)
    expect(await statuses(mine)).toEqual(["1 completed", "2 completed"])

    expect((await osier(whole.repo.path, "land", "1")).code).toBe(0)
    mine.repo.git("fetch", "-q", "--unshallow")
    expect((await osier(mine.repo.path, "land", "2")).code).toBe(0)
    expect(notes()).toEqual(["notes/a.md", "notes/b.md"])
    expect(mine.repo.git("rev-parse", "main")).toBe(hub.bare.refs()["refs/heads/main"])
  },
)

test(
  "a branch whose way to the remote's is cut off is not called diverged, and follows once that is mended",
  { timeout: 120_000 },
  async () => {
    const { hub, pushed, shallow } = setUp()
    const mine = shallow()
    const before = mine.repo.git("rev-parse", "main")
    pushed("x", "y")
    mine.repo.git("fetch", "-q", "--depth=1")
    expect(await doctor(mine)).toMatch(/! remote target: whether main here can follow origin can't be told.*\n +git fetch --unshallow\n/)
    const ran = await osier(mine.repo.path, "run", "a")
    expect(ran.code).toBe(0)
    expect(ran.out).toMatch(
      /main here can't follow origin\/main: the history between them is cut off in this clone \(git fetch --unshallow\)/,
    )
    expect(ran.out).not.toMatch(/does not have|rebase/)
    expect(mine.repo.git("rev-parse", "main")).toBe(before)
    mine.repo.git("fetch", "-q", "--unshallow")
    expect((await osier(mine.repo.path, "run", "b")).code).toBe(0)
    expect(mine.repo.git("rev-parse", "main")).toBe(hub.bare.refs()["refs/heads/main"])
    expect(mine.repo.git("status", "--porcelain")).toBe("")
  },
)

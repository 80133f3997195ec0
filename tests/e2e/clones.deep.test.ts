import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test, vi } from "vitest"
import { addTasks } from "../../core/engine/tasks/addTasks.ts"
import { run } from "../../core/engine/run/run.ts"
import type { Event } from "../../core/domain/event/event.ts"
import { printLock } from "../../core/domain/lock/lock.ts"
import type { Lock } from "../../core/domain/lock/lock.ts"
import { parsePlan } from "../../core/domain/plan/plan.ts"
import { readTask } from "../../core/steps/task/record.ts"
import { makeHub } from "../support/clones.ts"
import type { Hub } from "../support/clones.ts"
import { stageOn } from "../support/engine.ts"
import type { Stage } from "../support/engine.ts"
import { serveHttp } from "../support/remotes.ts"
import { makeFolder } from "../support/repo.ts"
import { scribe, trees } from "../support/scribe.ts"

const yaml = `target: main\nremote: origin\n${scribe}`

/** Clones that share a remote, whose gate does on its nth run for a task, by any of them, what the test wrote for that run. */
const makeShared = (settings = yaml, files: Readonly<Record<string, string>> = {}) => {
  const folder = makeFolder()
  const check = [
    `test ! -e broken || exit 1; test -n "$OSIER_TASK" || exit 0`,
    `echo run >> ${folder}/runs`,
    `act=${folder}/on-$(wc -l < ${folder}/runs | tr -d ' ')`,
    `test ! -e $act || env -i PATH="$PATH" HOME=/ sh $act`,
    "",
  ].join("\n")
  const hub = makeHub({ "README.md": "# a\n", "osier.yaml": settings, "check.sh": check, ...files })
  return {
    ...hub,
    folder,
    stage: (url?: string, ...args: readonly string[]) => stageOn(hub.clone(url, ...args), settings),
    onGate: (n: number, script: string) => writeFileSync(join(folder, `on-${n}`), script),
  }
}

/** A claim of a person on another machine. */
const evesLock: Lock = {
  state: "held",
  owner: { session: "s1", host: "ash", email: "eve@example.com" },
  acquired: new Date().toISOString(),
  expires: Date.now() + 3_600_000,
  leaseMs: 3_600_000,
  fence: 9,
  nonce: "eve",
}

const runReady = (stage: Stage) => stage.act(run({ ids: "ready" }))
const add = (stage: Stage, plan: string) => {
  const read = parsePlan([{ path: "plan.yaml", text: plan }], {
    agents: ["scribe"],
    adapters: [],
    gates: ["test"],
    tasks: [],
    agent: "scribe",
  })
  if (read.problems.length > 0) throw new Error(JSON.stringify(read.problems))
  return stage.act(addTasks(read.tasks, { again: "resume" }))
}
const of = <T extends Event["type"]>(stage: Stage, type: T) =>
  stage.events().filter((event): event is Extract<Event, { readonly type: T }> => event.type === type)
const happens = (look: () => void) => vi.waitFor(look, { timeout: 20_000, interval: 50 })
const onMain = ({ bare }: Hub) => bare.git("ls-tree", "-r", "--name-only", "main").split("\n")
const landingsOf = ({ bare }: Hub) =>
  bare
    .git("log", "--first-parent", "--format=%B", "main")
    .match(/^Osier-Task: .*$/gm)
    ?.toSorted() ?? []
/** Nothing of osier's is left on the remote but the records, the counter and locks that nobody holds. */
const leftOn = ({ bare }: Hub) =>
  Object.keys(bare.refs()).filter((ref) => !/^refs\/osier\/(?:tasks\/\d+|ids|locks\/target\/main)$|^refs\/heads\/main$/.test(ref))

test(
  "two engines on two clones share one graph: each task is done once, after its needs, and both see it all",
  { timeout: 120_000 },
  async () => {
    const hub = makeShared()
    const [mine, theirs] = [hub.stage(), hub.stage()]
    await add(
      mine,
      "tasks:\n- {id: a, title: a}\n- {id: b, title: b, needs: [a]}\n- {id: c, title: c}\n- {id: d, title: d, needs: [b, c]}\n",
    )
    const reports = await Promise.all([runReady(mine), runReady(theirs)])
    expect(reports.map(({ exit, failed, waiting }) => ({ exit, failed, waiting }))).toEqual(
      reports.map(() => ({ exit: 0, failed: [], waiting: [] })),
    )
    expect(landingsOf(hub).map((line) => /\d+/.exec(line)?.[0])).toEqual(["1", "2", "3", "4"])
    expect(onMain(hub).filter((path) => path.startsWith("notes/"))).toEqual(["a", "b", "c", "d"].map((name) => `notes/${name}.md`))
    const landed = [mine, theirs].flatMap((stage) => of(stage, "Landed").flatMap(({ tasks }) => tasks))
    expect(landed.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4])
    expect(leftOn(hub)).toEqual([])
    for (const { repo } of [mine, theirs]) {
      expect(repo.git("rev-parse", "main")).toBe(hub.bare.refs()["refs/heads/main"])
      expect(repo.git("status", "--porcelain")).toBe("")
      expect(trees(repo.path)).toEqual([])
    }
  },
)

test("a push of somebody's between gate and landing: judged again on the new tip, and landed there", { timeout: 120_000 }, async () => {
  const hub = makeShared()
  const [mine, user] = [hub.stage(), hub.clone()]
  const pushed = (name: string) => {
    user.commit(name, { [`${name}.txt`]: name })
    return `git -C ${user.path} push -q origin ${user.git("rev-parse", "HEAD")}:main`
  }
  hub.onGate(1, pushed("one"))
  hub.onGate(2, pushed("two"))
  const report = await mine.run(["a"])
  expect(report.exit).toBe(0)
  expect(onMain(hub)).toEqual(expect.arrayContaining(["notes/a.md", "one.txt", "two.txt"]))
  // On its own, on the first tip, and on the second.
  expect(of(mine, "GateJudged").filter(({ cached, task }) => !cached && task !== undefined)).toHaveLength(3)
  // What somebody else pushed is judged alone before anything is built on it.
  expect(of(mine, "TargetJudged").filter(({ verdict }) => verdict === "pass")).toHaveLength(3)
  expect(hub.bare.git("rev-parse", "main^1")).toBe(user.git("rev-parse", "HEAD"))
  expect(mine.repo.git("rev-parse", "main")).toBe(hub.bare.refs()["refs/heads/main"])
})

test(
  "a branch here that went its own way stays as it is, is told of, and work lands on the remote all the same",
  { timeout: 120_000 },
  async () => {
    const hub = makeShared()
    const mine = hub.stage()
    const own = mine.repo.commit("not pushed", { "own.txt": "own" })
    mine.repo.write("own.txt", "edited")
    const user = hub.clone()
    user.commit("elsewhere", { "else.txt": "else" })
    user.git("push", "-q")
    const report = await mine.run(["a"])
    expect(report.exit).toBe(0)
    expect(onMain(hub)).toEqual(expect.arrayContaining(["notes/a.md", "else.txt"]))
    expect(onMain(hub)).not.toContain("own.txt")
    expect(mine.repo.git("rev-parse", "main")).toBe(own)
    expect(mine.repo.git("status", "--porcelain")).toBe(" M own.txt")
    expect(of(mine, "Warned").map(({ message, hint }) => `${message} ${hint}`)).toContainEqual(
      expect.stringMatching(/main here has commits that origin does not have.*git pull --rebase origin main/),
    )
  },
)

test(
  "a hook of the remote that refuses the target: told in its words, the task stays complete, and lands when it may",
  { timeout: 120_000 },
  async () => {
    const hub = makeShared()
    const mine = hub.stage()
    const before = hub.bare.refs()["refs/heads/main"]
    hub.bare.hook("update", `[ "$1" != refs/heads/main ] || { echo "main is frozen until Monday" >&2; exit 1; }`)
    const report = await mine.run(["a"])
    expect(report.exit).not.toBe(0)
    expect(report.landed).toEqual([])
    expect(hub.bare.refs()["refs/heads/main"]).toBe(before)
    const { task } = await mine.act(readTask(1))
    expect(task).toMatchObject({ status: "completed" })
    expect(hub.bare.refs()[`refs/heads/${task.branch}`]).toBe(task.tip)
    expect(JSON.stringify(report)).toMatch(/main is frozen until Monday/)
    hub.bare.hook("update", "exit 0")
    expect((await runReady(mine)).exit).toBe(0)
    expect(landingsOf(hub)).toHaveLength(1)
    expect(leftOn(hub)).toEqual([])
  },
)

test("a remote that can't be reached at the start: exit 3, and nothing is made", { timeout: 120_000 }, async () => {
  const hub = makeShared()
  const mine = hub.stage(join(hub.folder, "nowhere.git"))
  const before = mine.repo.git("for-each-ref")
  await expect(mine.run(["a"])).rejects.toMatchObject({ _tag: "RemoteUnreachable", exit: 3 })
  expect(mine.repo.git("for-each-ref")).toBe(before)
  expect(trees(mine.repo.path)).toEqual([])
  expect(mine.repo.git("worktree", "list").split("\n")).toHaveLength(1)
  expect(Object.keys(hub.bare.refs())).toEqual(["refs/heads/main"])
})

/** A remote by HTTP that is away for as long as a file says so. */
const makeFlaky = async (settings = yaml) => {
  const hub = makeShared(settings)
  const away = join(hub.folder, "away")
  const url = await serveHttp(hub.bare, () => (existsSync(away) ? "drops" : "answers"))
  return { ...hub, mine: hub.stage(url), away }
}

test(
  "a remote that goes away during the work: the work goes on, it is told once, and all is well when it is back",
  { timeout: 120_000 },
  async () => {
    const folder = makeFolder()
    const slow = yaml.replace("mkdir -p notes", `touch ${folder}/begun; while [ ! -e ${folder}/go ]; do sleep 0.05; done; mkdir -p notes`)
    const hub = await makeFlaky(slow)
    const ended = hub.mine.run(["a"])
    await happens(() => expect(existsSync(join(folder, "begun"))).toBe(true))
    mkdirSync(hub.away)
    await happens(() =>
      expect(
        of(hub.mine, "Warned")
          .map(({ message }) => message)
          .join(),
      ).toMatch(/can't be reached/),
    )
    // A second look meets the same trouble and says no more of it; the agent ends while nobody can be told.
    writeFileSync(join(folder, "go"), "")
    await happens(() => expect(of(hub.mine, "WorkCommitted")).toHaveLength(1))
    rmSync(hub.away, { recursive: true })
    expect(await ended).toMatchObject({ exit: 0 })
    expect(of(hub.mine, "Warned").filter(({ message }) => /can't be reached/.test(message))).toHaveLength(1)
    expect(of(hub.mine, "AttemptFailed")).toEqual([])
    expect(landingsOf(hub)).toHaveLength(1)
    expect(leftOn(hub)).toEqual([])
  },
)

test("a remote that goes away at the landing: it waits, and lands once when it is back", { timeout: 120_000 }, async () => {
  const hub = await makeFlaky()
  const user = hub.clone()
  const next = user.commit("next", { "next.txt": "next" })
  // The first gate moves the target, so that the landing is judged anew; that judgement ends in silence.
  hub.onGate(1, `git -C ${user.path} push -q origin ${next}:main`)
  hub.onGate(2, `mkdir ${hub.away}`)
  const ended = hub.mine.run(["a"])
  await happens(() => expect(existsSync(hub.away)).toBe(true))
  await happens(() =>
    expect(
      of(hub.mine, "Warned")
        .map(({ message }) => message)
        .join(),
    ).toMatch(/can't be reached/),
  )
  rmSync(hub.away, { recursive: true })
  expect(await ended).toMatchObject({ exit: 0, failed: [] })
  expect(landingsOf(hub)).toHaveLength(1)
  expect(hub.bare.git("rev-parse", "main^1")).toBe(next)
  expect(leftOn(hub)).toEqual([])
})

test("a remote that goes away when the work is judged: it is shown when it is back, and not done again", { timeout: 120_000 }, async () => {
  const hub = makeShared()
  const away = join(hub.folder, "away")
  let dropped = 0
  const url = await serveHttp(hub.bare, () => {
    if (!existsSync(away)) return "answers"
    dropped++
    return "drops"
  })
  const mine = hub.stage(url)
  hub.onGate(1, `mkdir ${away}`)
  const ended = mine.run(["a"])
  await happens(() => expect(dropped).toBeGreaterThan(3))
  rmSync(away, { recursive: true })
  expect(await ended).toMatchObject({ exit: 0, failed: [] })
  expect(of(mine, "AttemptStarted")).toHaveLength(1)
  expect(of(mine, "Kept")).toEqual([])
  expect(leftOn(hub)).toEqual([])
})

test("finished work that the remote would not take down stays in its tree, and is not done again", { timeout: 120_000 }, async () => {
  const hub = makeShared()
  const mine = hub.stage()
  const completed = `[ "$1" = refs/osier/tasks/1 ] && git log -1 --format=%B "$3" | grep -q "^Status: completed"`
  hub.bare.hook("update", `test -e ${hub.folder}/full || exit 0; ${completed} && { echo "the disk is full"; exit 1; }; exit 0`)
  writeFileSync(join(hub.folder, "full"), "")
  const first = await mine.run(["a"])
  expect(first).toMatchObject({ exit: 5, waiting: [{ id: 1, reason: expect.stringContaining("the disk is full") }] })
  expect(trees(mine.repo.path)).toHaveLength(1)
  rmSync(join(hub.folder, "full"))
  expect(await runReady(mine)).toMatchObject({ exit: 0, landed: [{ id: 1 }] })
  expect(of(mine, "AttemptStarted")).toHaveLength(1)
  expect(trees(mine.repo.path)).toEqual([])
  expect(leftOn(hub)).toEqual([])
})

test("a lease that is lost in the middle of a run: what becomes of the task is waited for, and told", { timeout: 120_000 }, async () => {
  const hub = makeShared()
  const mine = hub.stage()
  // Somebody takes it and gives it back at once, so that nobody holds it when the run looks again.
  const lock = printLock({ ...evesLock, state: "free" })
  writeFileSync(join(hub.folder, "lock"), lock)
  hub.onGate(1, `cd ${hub.bare.path} && git update-ref refs/osier/locks/task/1 "$(git hash-object -w ${hub.folder}/lock)"`)
  const report = await mine.run(["a"])
  // Its tree may be the next owner's to go on with, so who lost the lease touches nothing of it.
  expect(of(mine, "Warned").map(({ message }) => message)).toEqual([
    expect.stringMatching(/^the tree .* was left in place: the lease on task 1 was lost to another owner$/),
    "the lease on task 1 was lost to another owner",
  ])
  expect(report).toMatchObject({ exit: 0, waiting: [], landed: [{ id: 1 }] })
  // The next owner is this run again, and goes on with what is finished there: nothing is paid for twice.
  expect(of(mine, "AttemptStarted")).toHaveLength(1)
  expect(of(mine, "Kept")).toEqual([])
  expect(trees(mine.repo.path)).toEqual([])
  expect(landingsOf(hub)).toHaveLength(1)
  expect(leftOn(hub)).toEqual([])
})

test("a lock that is taken away by hand comes back from its owner, and nothing is lost", { timeout: 120_000 }, async () => {
  const hub = makeShared()
  const mine = hub.stage()
  hub.onGate(1, `git -C ${hub.bare.path} update-ref -d refs/osier/locks/task/1`)
  expect(await mine.run(["a"])).toMatchObject({ exit: 0, landed: [{ id: 1 }] })
  expect(of(mine, "RefRestored")).toMatchObject([{ ref: "refs/osier/locks/task/1" }])
  expect(of(mine, "Kept")).toEqual([])
  expect(leftOn(hub)).toEqual([])
})

test("a lease that a person took is not waited for", { timeout: 120_000 }, async () => {
  const hub = makeShared()
  const mine = hub.stage()
  const lock = printLock(evesLock)
  writeFileSync(join(hub.folder, "lock"), lock)
  hub.onGate(1, `cd ${hub.bare.path} && git update-ref refs/osier/locks/task/1 "$(git hash-object -w ${hub.folder}/lock)"`)
  expect(await mine.run(["a"])).toMatchObject({ exit: 4, waiting: [{ id: 1, reason: expect.stringContaining("eve@example.com") }] })
  // Nothing of it is lost or taken from under the new owner: the tree stands until that one, or `osier clean`, is done with it.
  expect(of(mine, "Warned")).toMatchObject([{ message: expect.stringContaining("was left in place") }, { message: expect.any(String) }])
  expect(trees(mine.repo.path)).toHaveLength(1)
})

test("a target that is taken away from the remote during the work is named, with what brings it back", { timeout: 120_000 }, async () => {
  const hub = makeShared()
  const mine = hub.stage()
  const tip = hub.bare.git("rev-parse", "main")
  hub.onGate(1, `git -C ${hub.bare.path} update-ref -d refs/heads/main`)
  const reason = "origin has no branch main that work could land on"
  expect(await mine.run(["a"])).toMatchObject({ exit: 5, waiting: [{ reason, hint: expect.stringContaining("git push origin main") }] })
  hub.bare.git("update-ref", "refs/heads/main", tip)
  expect(await runReady(mine)).toMatchObject({ exit: 0 })
  expect(of(mine, "AttemptStarted")).toHaveLength(1)
})

test("a shallow clone works as any other", { timeout: 120_000 }, async () => {
  const hub = makeShared()
  const user = hub.clone()
  for (const name of ["one", "two", "three"]) user.commit(name, { [`${name}.txt`]: name })
  user.git("push", "-q")
  const mine = hub.stage(undefined, "--depth=1")
  expect(mine.repo.git("rev-parse", "--is-shallow-repository")).toBe("true")
  hub.onGate(1, `cd ${user.path} && git commit -q --allow-empty -m four && git push -q`)
  expect(await mine.run(["a"])).toMatchObject({ exit: 0 })
  expect(onMain(hub)).toContain("notes/a.md")
})

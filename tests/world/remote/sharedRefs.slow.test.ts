import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { printLock, readLock } from "../../../core/domain/lock/lock.ts"
import { Objects } from "../../../core/world/git/objects.ts"
import { Refs } from "../../../core/world/git/refs.ts"
import type { Expect, Swap } from "../../../core/world/git/refs.ts"
import { Remote } from "../../../core/world/remote/remote.ts"
import { sharedRefs } from "../../../core/world/remote/sharedRefs.ts"
import { makeHub } from "../../support/clones.ts"
import { serveHttp } from "../../support/remotes.ts"
import type { Mood } from "../../support/remotes.ts"
import { makeRepo } from "../../support/repo.ts"
import type { Repo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

const hasty = { list: 2_000, fetch: 10_000, push: 2_000, upload: 2_000, hook: 10_000 }

/** The refs as a process of one clone sees them, with everything of its own. */
const withRefs = <A, E>(
  repo: Repo,
  use: (refs: Refs["Service"], objects: Objects["Service"]) => Effect.Effect<A, E>,
  namespace = "refs/osier/",
): Promise<A> =>
  inWorld(
    repo.path,
    Effect.gen(function* () {
      return yield* use(yield* Refs, yield* Objects)
    }).pipe(Effect.provide(sharedRefs("origin").pipe(Layer.provide(Remote.layer("origin", namespace, hasty))))),
  )

const swap = (repo: Repo, swaps: readonly Swap[], expected: readonly Expect[] = []) =>
  withRefs(repo, (refs) =>
    refs.swap(swaps, expected).pipe(
      Effect.as("won"),
      Effect.catch((error) => Effect.succeed(error._tag)),
    ),
  )
const refresh = (repo: Repo, names: readonly string[]) => withRefs(repo, (refs) => refs.refresh(names))
const refsOf = (repo: Repo, prefix: string) =>
  repo.git("for-each-ref", "--format=%(refname) %(objectname)", prefix).split("\n").filter(Boolean)

const [lockA, lockB] = ["refs/osier/locks/task/1", "refs/osier/locks/task/2"]
const lockText = (run: string, fence: number) =>
  printLock({
    state: "held",
    owner: { host: "ash", boot: "b", pid: 1, started: "1", run, email: "dev@example.com" },
    acquired: "2026-01-01T00:00:00Z",
    expires: 0,
    leaseMs: 60_000,
    fence,
    nonce: `${run} ${fence}`,
  })
const blob = (repo: Repo, text: string): Promise<string> => withRefs(repo, (_, objects) => objects.writeBlob(text))
/** A record of a task, as far as refs are concerned. */
const record = (repo: Repo, text: string, parent?: string) =>
  repo.git("commit-tree", "HEAD^{tree}", ...(parent === undefined ? [] : ["-p", parent]), "-m", text)

test("what one moves is on the remote first and here at once, and another sees it when it looks", async () => {
  const { bare, clone } = makeHub()
  const [mine, theirs] = [clone(), clone()]
  const one = await blob(mine, "one")
  const [task, keep] = [record(mine, "task"), mine.git("rev-parse", "HEAD")]
  const moves = [
    { ref: lockA, from: undefined, to: one },
    { ref: "refs/osier/tasks/1", from: undefined, to: task },
    { ref: "refs/osier/keep/1/1", from: undefined, to: keep },
  ]
  expect(await swap(mine, moves)).toBe("won")
  expect(refsOf(mine, "refs/osier/")).toEqual([`refs/osier/keep/1/1 ${keep}`, `${lockA} ${one}`, `refs/osier/tasks/1 ${task}`])
  // A keep is nobody else's.
  expect(bare.refs()).toMatchObject({ [lockA]: one, "refs/osier/tasks/1": task })
  expect(Object.keys(bare.refs())).not.toContain("refs/osier/keep/1/1")
  expect(refsOf(theirs, "refs/osier/")).toEqual([])
  await refresh(theirs, ["refs/osier/tasks/", "refs/osier/locks/"])
  expect(refsOf(theirs, "refs/osier/")).toEqual([`${lockA} ${one}`, `refs/osier/tasks/1 ${task}`])
  expect(theirs.git("cat-file", "blob", one)).toBe("one")
})

test("a lost push moves nothing, not even what stays here, and shows what is there now", async () => {
  const { bare, clone } = makeHub()
  const [mine, theirs] = [clone(), clone()]
  const [one, two] = [await blob(mine, "one"), await blob(theirs, "two")]
  await swap(mine, [{ ref: lockA, from: undefined, to: one }])
  const late = [
    { ref: lockA, from: undefined, to: two },
    { ref: lockB, from: undefined, to: two },
    { ref: "refs/osier/keep/1/1", from: undefined, to: theirs.git("rev-parse", "HEAD") },
  ]
  expect(await swap(theirs, late)).toBe("SwapLost")
  expect(refsOf(theirs, "refs/osier/")).toEqual([`${lockA} ${one}`])
  // The winner's object is here too, so that whoever lost can read whose it is.
  expect(theirs.git("cat-file", "blob", one)).toBe("one")
  expect(Object.keys(bare.refs())).toEqual(["refs/heads/main", lockA])
  // What was seen is good enough to go on from.
  expect(await swap(theirs, [{ ref: lockA, from: one, to: two }])).toBe("won")
  expect(bare.refs()[lockA]).toBe(two)
})

test("of processes in several clones, and in one, exactly one wins, and the losers see whom they lost to", async () => {
  const { bare, clone } = makeHub()
  const repos = [clone(), clone()]
  const racers = [...repos, ...repos, ...repos]
  const oids = await Promise.all(racers.map((repo, at) => blob(repo, `racer ${at}`)))
  const said = await Promise.all(racers.map((repo, at) => swap(repo, [{ ref: lockA, from: undefined, to: oids[at] }])))
  expect(said.filter((one) => one === "won")).toHaveLength(1)
  expect(said.filter((one) => one === "SwapLost")).toHaveLength(5)
  const winner = oids[said.indexOf("won")]
  expect(bare.refs()[lockA]).toBe(winner)
  for (const repo of repos) expect(refsOf(repo, lockA)).toEqual([`${lockA} ${winner}`])
})

test("different refs moved by many processes of two clones at once are all won", async () => {
  const { bare, clone } = makeHub()
  const repos = [clone(), clone()]
  const said = await Promise.all(
    Array.from({ length: 8 }, async (_, at) => {
      const repo = repos[at % 2] ?? clone()
      return swap(repo, [{ ref: `refs/osier/locks/task/${at}`, from: undefined, to: await blob(repo, `${at}`) }])
    }),
  )
  expect(said).toEqual(Array.from({ length: 8 }, () => "won"))
  expect(Object.keys(bare.refs())).toHaveLength(9)
})

test("a fence that holds is written anew, and its owner learns of the new id", async () => {
  const { bare, clone } = makeHub()
  const mine = clone()
  const held = await blob(mine, lockText("me", 3))
  await swap(mine, [{ ref: lockA, from: undefined, to: held }])
  const task = record(mine, "task")
  let told = ""
  const fence: Expect = { ref: lockA, at: held, onRewritten: (oid) => (told = oid) }
  expect(await swap(mine, [{ ref: "refs/osier/tasks/1", from: undefined, to: task }], [fence])).toBe("won")
  expect(bare.refs()).toMatchObject({ [lockA]: told, "refs/osier/tasks/1": task })
  expect(told).not.toBe(held)
  expect(refsOf(mine, lockA)).toEqual([`${lockA} ${told}`])
  const [before, after] = [readLock(mine.git("cat-file", "blob", held)), readLock(mine.git("cat-file", "blob", told))]
  expect({ ...after, nonce: "" }).toEqual({ ...before, nonce: "" })
})

test("whoever lost its lock to another moves nothing, though its own copy still says that it holds it", async () => {
  const { bare, clone } = makeHub()
  const [zombie, next] = [clone(), clone()]
  const held = await blob(zombie, lockText("zombie", 1))
  await swap(zombie, [{ ref: lockA, from: undefined, to: held }])
  await refresh(next, [lockA])
  const taken = await blob(next, lockText("next", 2))
  await swap(next, [{ ref: lockA, from: held, to: taken }])
  expect(refsOf(zombie, lockA)).toEqual([`${lockA} ${held}`])
  const main = zombie.git("rev-parse", "origin/main")
  const work = record(zombie, "late", main)
  let told = false
  const fence: Expect = { ref: lockA, at: held, onRewritten: () => (told = true) }
  const late = [
    { ref: "refs/remotes/origin/main", from: main, to: work },
    { ref: "refs/osier/tasks/1", from: undefined, to: work },
  ]
  expect(await swap(zombie, late, [fence])).toBe("SwapLost")
  expect(told).toBe(false)
  expect(bare.refs()).toEqual({ "refs/heads/main": main, [lockA]: taken })
  expect(refsOf(zombie, "refs/remotes/origin/main")).toEqual([`refs/remotes/origin/main ${main}`])
  expect(refsOf(zombie, lockA)).toEqual([`${lockA} ${taken}`])
})

test("only a lock can be a fence on a remote: what else is expected to stand still is refused", async () => {
  const { bare, clone } = makeHub()
  const mine = clone()
  const torn = await blob(mine, lockText("me", 1).slice(0, 40))
  await swap(mine, [{ ref: lockA, from: undefined, to: torn }])
  const task = { ref: "refs/osier/tasks/1", from: undefined, to: record(mine, "task") }
  expect(await swap(mine, [task], [{ ref: lockA, at: torn }])).toBe("RefFailed")
  expect(await swap(mine, [task], [{ ref: lockB, at: undefined }])).toBe("RefFailed")
  expect(Object.keys(bare.refs())).toEqual(["refs/heads/main", lockA])
})

/** A remote by HTTP whose pushes meet these moods, one after the other, and then no more. */
const moody = async (...moods: readonly (Mood | (() => Mood))[]) => {
  const hub = makeHub()
  const left = [...moods]
  const tally = join(hub.bare.path, "done")
  hub.bare.hook("post-receive", `echo done >> ${tally}`)
  const url = await serveHttp(hub.bare, (asked) => {
    if (!asked.endsWith("/git-receive-pack")) return "answers"
    const next = left.shift() ?? "answers"
    return typeof next === "string" ? next : next()
  })
  return { ...hub, mine: hub.clone(url), done: () => readFileSync(tally, "utf8").split("\n").length - 1 }
}

test("a push that was done though its answer was lost is a success, and is not done twice", async () => {
  const { bare, mine, done } = await moody("does it and drops")
  const held = await blob(mine, lockText("me", 1))
  const task = record(mine, "task")
  expect(
    await swap(mine, [
      { ref: lockA, from: undefined, to: held },
      { ref: "refs/osier/tasks/1", from: undefined, to: task },
    ]),
  ).toBe("won")
  expect(done()).toBe(1)
  expect(bare.refs()).toMatchObject({ [lockA]: held, "refs/osier/tasks/1": task })
  expect(refsOf(mine, "refs/osier/")).toEqual([`${lockA} ${held}`, `refs/osier/tasks/1 ${task}`])
})

test("a push whose answer and whose doing were lost is done again", async () => {
  const { bare, mine, done } = await moody("drops", "drops")
  const held = await blob(mine, lockText("me", 1))
  expect(await swap(mine, [{ ref: lockA, from: undefined, to: held }])).toBe("won")
  expect(done()).toBe(1)
  expect(bare.refs()[lockA]).toBe(held)
  expect(refsOf(mine, lockA)).toEqual([`${lockA} ${held}`])
})

test("a fenced push whose answer was lost tells its owner the id that counts now", async () => {
  const { bare, mine, done } = await moody("answers", "does it and drops")
  const held = await blob(mine, lockText("me", 1))
  await swap(mine, [{ ref: lockA, from: undefined, to: held }])
  let told = ""
  const task = { ref: "refs/osier/tasks/1", from: undefined, to: record(mine, "task") }
  expect(await swap(mine, [task], [{ ref: lockA, at: held, onRewritten: (oid) => (told = oid) }])).toBe("won")
  expect(done()).toBe(2)
  expect(bare.refs()[lockA]).toBe(told)
  expect(refsOf(mine, lockA)).toEqual([`${lockA} ${told}`])
})

test("somebody else who moved it while nobody could be heard has won", async () => {
  const other = makeRepo()
  const theirs = other.git("rev-parse", "HEAD")
  const { bare, mine } = await moody(() => {
    other.git("push", "-q", bare.path, `${theirs}:${lockA}`)
    return "drops"
  })
  expect(await swap(mine, [{ ref: lockA, from: undefined, to: await blob(mine, "mine") }])).toBe("SwapLost")
  expect(bare.refs()[lockA]).toBe(theirs)
})

test("a push that was done unheard, and whose refs another has moved on since, is not called won", async () => {
  const other = makeRepo()
  const theirs = other.git("rev-parse", "HEAD")
  const { bare, clone } = makeHub()
  let [pushed, taken] = [false, false]
  const url = await serveHttp(bare, (asked) => {
    const first = asked.endsWith("/git-receive-pack") && !pushed
    if (asked.endsWith("/git-receive-pack")) pushed = true
    else if (pushed && !taken) {
      taken = true
      other.git("push", "-q", "-f", bare.path, `${theirs}:${lockA}`)
    }
    return first ? "does it and drops" : "answers"
  })
  const mine = clone(url)
  expect(await swap(mine, [{ ref: lockA, from: undefined, to: await blob(mine, "mine") }])).toBe("SwapLost")
  expect([taken, bare.refs()[lockA]]).toEqual([true, theirs])
})

test("a remote that stays silent is told as such, and nothing moved here", async () => {
  const { clone } = makeHub()
  const mine = clone()
  mine.git("remote", "set-url", "origin", join(mine.path, "nowhere"))
  const moves = [
    { ref: lockA, from: undefined, to: await blob(mine, "mine") },
    { ref: "refs/osier/keep/1/1", from: undefined, to: mine.git("rev-parse", "HEAD") },
  ]
  expect(await swap(mine, moves)).toBe("RemoteUnreachable")
  expect(refsOf(mine, "refs/osier/")).toEqual([])
})

test("a look of a partial clone brings what is new by one fetch, not by one for each", async () => {
  const { bare, clone } = makeHub()
  bare.git("config", "uploadpack.allowFilter", "true")
  let calls = 0
  const url = await serveHttp(bare, () => {
    calls++
    return "answers"
  })
  const [theirs, mine] = [clone(), clone(url, "--filter=blob:none")]
  const tasks = Array.from({ length: 20 }, (_, n) => ({
    ref: `refs/osier/tasks/${n + 1}`,
    from: undefined,
    to: record(theirs, `task ${n}`),
  }))
  expect(await swap(theirs, tasks)).toBe("won")
  await refresh(mine, ["refs/osier/tasks/"])
  expect(refsOf(mine, "refs/osier/")).toHaveLength(20)
  expect(calls).toBeLessThan(8)
})

test("what is pushed to is what is read from, whatever addresses the remote has", async () => {
  const { bare, clone } = makeHub()
  const other = makeHub()
  const mine = clone()
  const one = await blob(mine, "one")
  const move = (ref: string) => swap(mine, [{ ref, from: undefined, to: one }])
  mine.git("config", "remote.origin.pushurl", other.bare.path)
  expect(await move(lockA)).toBe("won")
  await refresh(mine, ["refs/osier/locks/"])
  expect(refsOf(mine, "refs/osier/")).toEqual([`${lockA} ${one}`])
  expect([bare.refs()[lockA], other.bare.refs()[lockA]]).toEqual([undefined, one])
  // A mirror beside the remote has no say in who wins.
  mine.git("config", "--add", "remote.origin.pushurl", bare.path)
  expect(await move(lockB)).toBe("won")
  expect([bare.refs()[lockB], other.bare.refs()[lockB]]).toEqual([one, undefined])
})

test("a look takes away what is gone there, but never a task that only we know", async () => {
  const { bare, clone } = makeHub()
  const mine = clone()
  const [one, two] = [await blob(mine, "one"), await blob(mine, "two")]
  await swap(mine, [
    { ref: lockA, from: undefined, to: one },
    { ref: lockB, from: undefined, to: two },
    { ref: "refs/osier/ids", from: undefined, to: one },
  ])
  const [offline, keep] = [record(mine, "made before there was a remote"), mine.git("rev-parse", "HEAD")]
  mine.git("update-ref", "refs/osier/tasks/9", offline)
  mine.git("update-ref", "refs/osier/keep/9/1", keep)
  bare.git("update-ref", "-d", lockA)
  // Only what was asked for is looked at, and a name is no prefix of another.
  await refresh(mine, ["refs/osier/locks/task/", "refs/osier/tasks/"])
  expect(refsOf(mine, "refs/osier/")).toEqual([
    `refs/osier/ids ${one}`,
    `refs/osier/keep/9/1 ${keep}`,
    `${lockB} ${two}`,
    `refs/osier/tasks/9 ${offline}`,
  ])
  bare.git("update-ref", "-d", lockB)
  bare.git("update-ref", `${lockB}0`, mine.git("rev-parse", "HEAD"))
  await refresh(mine, [lockB])
  expect(refsOf(mine, "refs/osier/locks/")).toEqual([])
})

test("a task that was changed here and not yet shown is not undone by what stands there; what is only behind follows", async () => {
  const { bare, clone } = makeHub()
  const [mine, theirs] = [clone(), clone()]
  const [first, second] = [record(mine, "one"), record(mine, "two")]
  const tasks = [
    { ref: "refs/osier/tasks/1", from: undefined, to: first },
    { ref: "refs/osier/tasks/2", from: undefined, to: second },
  ]
  expect(await swap(mine, tasks)).toBe("won")
  await refresh(theirs, ["refs/osier/tasks/"])
  const ours = record(mine, "edited here, offline", first)
  mine.git("update-ref", "refs/osier/tasks/1", ours)
  const moved = [
    { ref: "refs/osier/tasks/1", from: first, to: record(theirs, "edited there", first) },
    { ref: "refs/osier/tasks/2", from: second, to: record(theirs, "edited there", second) },
  ]
  expect(await swap(theirs, moved)).toBe("won")
  await refresh(mine, ["refs/osier/tasks/"])
  expect(refsOf(mine, "refs/osier/tasks/1")).toEqual([`refs/osier/tasks/1 ${ours}`])
  expect(refsOf(mine, "refs/osier/tasks/2")).toEqual([`refs/osier/tasks/2 ${bare.refs()["refs/osier/tasks/2"]}`])
})

test("a ref that is deleted is gone there and here, once", async () => {
  const { bare, clone } = makeHub()
  const [mine, theirs] = [clone(), clone()]
  const one = await blob(mine, "one")
  await swap(mine, [{ ref: lockA, from: undefined, to: one }])
  await refresh(theirs, [lockA])
  expect(await swap(mine, [{ ref: lockA, from: one, to: undefined }])).toBe("won")
  expect([bare.refs()[lockA], refsOf(mine, lockA)]).toEqual([undefined, []])
  // The other clone has not looked since, so that its copy is wrong: the remote says so, and the copy is mended.
  expect(await swap(theirs, [{ ref: lockA, from: one, to: undefined }])).toBe("SwapLost")
  expect(refsOf(theirs, lockA)).toEqual([])
})

test("the target is moved there and followed here, also when git itself or a fetch of the user moved what follows it", async () => {
  const { bare, clone } = makeHub()
  const [mine, theirs] = [clone(), clone()]
  const main = mine.git("rev-parse", "origin/main")
  const follower = "refs/remotes/origin/main"
  const next = record(mine, "next", main)
  expect(await swap(mine, [{ ref: follower, from: main, to: next }])).toBe("won")
  expect(bare.refs()["refs/heads/main"]).toBe(next)
  expect(refsOf(mine, follower)).toEqual([`${follower} ${next}`])
  // The user's own branch is theirs.
  expect(mine.git("rev-parse", "main")).toBe(main)
  theirs.git("fetch", "-q")
  expect(await swap(theirs, [{ ref: follower, from: next, to: record(theirs, "third", next) }])).toBe("won")
  const third = bare.refs()["refs/heads/main"]
  // A stale copy: expected is what the remote has, whatever was seen here last.
  expect(await swap(mine, [{ ref: follower, from: third, to: record(theirs, "x", third) }])).not.toBe("won")
  theirs.git("push", "-q", "origin", "origin/main:refs/heads/side")
  await refresh(mine, [follower, "refs/remotes/origin/side"])
  expect(refsOf(mine, "refs/remotes/origin/side")).toEqual([`refs/remotes/origin/side ${third}`])
  expect(await swap(mine, [{ ref: follower, from: third, to: record(mine, "fourth", third) }])).toBe("won")
  expect(bare.refs()["refs/heads/main"]).toBe(mine.git("rev-parse", follower))
})

test("a branch is never rewritten, even when the remote has it where it is expected", async () => {
  const { bare, clone } = makeHub()
  const mine = clone()
  const main = mine.git("rev-parse", "origin/main")
  expect(await swap(mine, [{ ref: "refs/remotes/origin/main", from: main, to: record(mine, "unrelated") }])).toBe("RemoteRefused")
  expect(bare.refs()["refs/heads/main"]).toBe(main)
})

test("refs that nobody shares move without a word to the remote", async () => {
  const { clone } = makeHub()
  const mine = clone()
  mine.git("remote", "set-url", "origin", join(mine.path, "nowhere"))
  const head = mine.git("rev-parse", "HEAD")
  expect(await swap(mine, [{ ref: "refs/heads/task/a-1", from: undefined, to: head }])).toBe("won")
  expect(await swap(mine, [{ ref: "refs/heads/task/a-1", from: undefined, to: head }])).toBe("SwapLost")
  await refresh(mine, ["refs/heads/main", "refs/osier/keep/"])
  expect(mine.git("rev-parse", "task/a-1")).toBe(head)
})

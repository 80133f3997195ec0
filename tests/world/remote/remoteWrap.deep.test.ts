import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { describe, expect, test } from "vitest"
import { printLock } from "../../../core/domain/lock/lock.ts"
import { remoteAt } from "../../../core/world/remote/sharing.ts"
import { Objects } from "../../../core/world/git/objects.ts"
import { Refs } from "../../../core/world/git/refs.ts"
import type { Expect, Swap } from "../../../core/world/git/refs.ts"
import { Remote } from "../../../core/world/remote/remote.ts"
import { sharedRefs } from "../../../core/world/remote/sharedRefs.ts"
import { makeBare } from "../../support/remotes.ts"
import type { Bare } from "../../support/remotes.ts"
import { makeRepo } from "../../support/repo.ts"
import type { Repo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

const namespace = "refs/heads/osier/"
const [lockA, lockB, ids] = ["refs/osier/locks/task/1", "refs/osier/locks/task/2", "refs/osier/ids"]
const there = (ref: string) => ref.replace("refs/osier/", namespace)

/** What a process of this clone does, one that knows nothing of what others of this clone have seen. */
const within = <A, E>(repo: Repo, use: (refs: Refs["Service"], objects: Objects["Service"]) => Effect.Effect<A, E>): Promise<A> =>
  inWorld(
    repo.path,
    Effect.gen(function* () {
      return yield* use(yield* Refs, yield* Objects)
    }).pipe(Effect.provide(sharedRefs("origin").pipe(Layer.provide(remoteAt("origin", namespace))))),
  )
const swap = (repo: Repo, swaps: readonly Swap[], expected: readonly Expect[] = []) =>
  within(repo, (refs) =>
    refs.swap(swaps, expected).pipe(
      Effect.as("won"),
      Effect.catch((error) => Effect.succeed(error._tag)),
    ),
  )
const blob = (repo: Repo, text: string) => within(repo, (_, objects) => objects.writeBlob(text))
const refresh = (repo: Repo) => within(repo, (refs) => refs.refresh(["refs/osier/locks/", ids]))
const seen = (repo: Repo, ref: string) => {
  const found = repo.git("for-each-ref", "--format=%(objecttype) %(objectname)", ref)
  return found === "" ? undefined : found.replace(/^blob /, "")
}

/** A host that takes nothing but branches, and one that also lets none be rewritten. */
const hosts: readonly (readonly [string, (bare: Bare) => void])[] = [
  ["a host that hides refs/osier", (bare) => void bare.git("config", "receive.hideRefs", "refs/osier")],
  [
    "a hook that takes only branches",
    (bare) => bare.hook("update", 'case "$1" in refs/heads/*) exit 0;; esac; echo only branches; exit 1'),
  ],
  [
    "a host that lets no branch be rewritten",
    (bare) => {
      bare.git("config", "receive.hideRefs", "refs/osier")
      bare.git("config", "receive.denyNonFastForwards", "true")
    },
  ],
]

const cloneOf = (bare: Bare): Repo => {
  const repo = makeRepo()
  repo.git("remote", "add", "origin", bare.path)
  return repo
}

describe.each(hosts)("through %s", (name, prepare) => {
  const chains = name.includes("rewritten")
  const setUp = () => {
    const bare = makeBare()
    prepare(bare)
    return { bare, mine: cloneOf(bare), theirs: cloneOf(bare) }
  }

  test("locks are created, seen, moved and deleted as what they are, and stand on the remote as commits", async () => {
    const { bare, mine, theirs } = setUp()
    const [one, two, counter] = [await blob(mine, "one"), await blob(mine, "two"), await blob(mine, "counter")]
    expect(
      await swap(mine, [
        { ref: lockA, from: undefined, to: one },
        { ref: ids, from: undefined, to: counter },
      ]),
    ).toBe("won")
    expect(bare.git("cat-file", "-t", there(lockA))).toBe("commit")
    expect(bare.git("cat-file", "-p", `${there(lockA)}:record`)).toBe("one")
    await refresh(theirs)
    expect([seen(theirs, lockA), seen(theirs, ids)]).toEqual([one, counter])
    expect(theirs.git("cat-file", "-p", lockA)).toBe("one")
    expect(await swap(theirs, [{ ref: lockA, from: one, to: await blob(theirs, "three") }])).toBe("won")
    expect(await swap(mine, [{ ref: lockA, from: one, to: two }])).toBe("SwapLost")
    expect(mine.git("cat-file", "-p", lockA)).toBe("three")
    expect(bare.git("rev-list", "--count", there(lockA))).toBe(chains ? "2" : "1")
    expect(await swap(mine, [{ ref: lockB, from: one, to: two }])).toBe("SwapLost")
    expect(await swap(mine, [{ ref: lockA, from: seen(mine, lockA), to: undefined }])).toBe("won")
    expect(Object.keys(bare.refs())).toEqual([there(ids)])
    await refresh(theirs)
    expect([seen(theirs, lockA), seen(theirs, ids)]).toEqual([undefined, counter])
    const memory = theirs.git("for-each-ref", "--format=%(refname)", "refs/osier/wrapped/").split("\n")
    expect(memory.filter((ref) => ref.includes("locks"))).toEqual([])
  })

  test("of many that take one lock exactly one wins, round after round, and different locks are all taken", async () => {
    const { bare } = setUp()
    const repos = Array.from({ length: 3 }, () => cloneOf(bare))
    for (let round = 0; round < 3; round++) {
      await Promise.all(repos.map(refresh))
      const from = seen(repos[0] ?? cloneOf(bare), lockA)
      const outcomes = await Promise.all(
        repos.map(async (repo, at) => swap(repo, [{ ref: lockA, from, to: await blob(repo, `round ${round} of ${at}`) }])),
      )
      expect(outcomes.toSorted()).toEqual(["SwapLost", "SwapLost", "won"])
    }
    const each = repos.map(async (repo, at) => swap(repo, [{ ref: `${lockB}${at}`, from: undefined, to: await blob(repo, `of ${at}`) }]))
    expect(await Promise.all(each)).toEqual(["won", "won", "won"])
  })

  test("a fence is verified in the same push", async () => {
    const { bare, mine, theirs } = setUp()
    const lock = (run: string, fence: number) =>
      printLock({
        state: "held",
        owner: { host: "ash", boot: "b", pid: 1, started: "1", run, email: "dev@example.com" },
        acquired: "2026-01-01T00:00:00Z",
        expires: 0,
        leaseMs: 60_000,
        fence,
        nonce: `${run} ${fence}`,
      })
    const held = await blob(mine, lock("mine", 1))
    const [base, next] = [mine.git("rev-parse", "HEAD"), mine.commit("next", { a: "a" })]
    const main = "refs/remotes/origin/main"
    await swap(mine, [
      { ref: lockA, from: undefined, to: held },
      { ref: main, from: undefined, to: base },
    ])
    let fresh = ""
    const onRewritten = (oid: string) => void (fresh = oid)
    expect(await swap(mine, [{ ref: main, from: base, to: next }], [{ ref: lockA, at: held, onRewritten }])).toBe("won")
    expect(bare.refs()["refs/heads/main"]).toBe(next)
    expect(bare.git("rev-parse", `${there(lockA)}:record`)).toBe(fresh)
    await refresh(theirs)
    expect(await swap(theirs, [{ ref: lockA, from: fresh, to: await blob(theirs, lock("theirs", 2)) }])).toBe("won")
    const late = mine.commit("late", { b: "b" })
    expect(await swap(mine, [{ ref: main, from: next, to: late }], [{ ref: lockA, at: fresh }])).toBe("SwapLost")
    expect(bare.refs()["refs/heads/main"]).toBe(next)
  })
})

test("pushes that are refused at the same time all learn from it", async () => {
  const bare = makeBare()
  const repo = cloneOf(bare)
  const names = [1, 2, 3, 4].map((n) => `refs/osier/locks/task/${n}`)
  const move = (ref: string, from: string | undefined, text: string) =>
    within(repo, (refs, objects) =>
      Effect.flatMap(objects.writeBlob(`${ref} ${text}`), (to) => Effect.as(refs.swap([{ ref, from, to }]), to)),
    )
  const first = await Promise.all(names.map((ref) => move(ref, undefined, "one")))
  bare.git("config", "receive.denyNonFastForwards", "true")
  await within(repo, (refs, objects) =>
    Effect.forEach(names, (ref, at) => Effect.flatMap(objects.writeBlob(`${ref} two`), (to) => refs.swap([{ ref, from: first[at], to }])), {
      concurrency: "unbounded",
    }),
  )
  expect(names.map((ref) => bare.git("cat-file", "-p", `${there(ref)}:record`))).toEqual(names.map((ref) => `${ref} two`))
})

test("of a chain only what is new travels, also to a process that has seen nothing yet", async () => {
  const bare = makeBare()
  bare.git("config", "receive.denyNonFastForwards", "true")
  const [mine, theirs] = [cloneOf(bare), cloneOf(bare)]
  theirs.git("config", "fetch.unpackLimit", "1")
  let at: string | undefined
  const renew = async (times: number) =>
    within(mine, (refs, objects) =>
      Effect.gen(function* () {
        for (let n = 0; n < times; n++) {
          const to = yield* objects.writeBlob(`${at ?? "first"} and another ${n}`)
          yield* refs.swap([{ ref: lockA, from: at, to }])
          at = to
        }
      }),
    )
  const packed = () => Number(/in-pack: (\d+)/.exec(theirs.git("count-objects", "-v"))?.[1])
  await renew(10)
  await refresh(theirs)
  expect(seen(theirs, lockA)).toBe(at)
  const before = packed()
  expect(before).toBeGreaterThanOrEqual(30)
  await renew(2)
  await refresh(theirs)
  expect(seen(theirs, lockA)).toBe(at)
  expect(packed() - before).toBe(6)
})

test("what is no wrapping stays what it is, for whoever looks to tell", async () => {
  const bare = makeBare()
  const repo = cloneOf(bare)
  repo.git("push", "-q", "origin", `HEAD:${there(lockA)}`)
  const listed = inWorld(
    repo.path,
    Effect.flatMap(Effect.service(Remote), (remote) => remote.list(["refs/osier/"])).pipe(Effect.provide(remoteAt("origin", namespace))),
  )
  expect(await listed).toEqual(new Map([[lockA, repo.git("rev-parse", "HEAD")]]))
})

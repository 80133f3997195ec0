import * as Effect from "effect/Effect"
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, onTestFinished, test, vi } from "vitest"
import { Remote } from "../../../core/world/remote/remote.ts"
import type { RemotePatience } from "../../../core/world/remote/remoteLine.ts"
import type { Swap } from "../../../core/world/git/refs.ts"
import { cleared } from "../../support/cleared.ts"
import { makeBare, serveHttp, serveSsh } from "../../support/remotes.ts"
import type { Bare } from "../../support/remotes.ts"
import { makeFolder, makeRepo } from "../../support/repo.ts"
import type { Repo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"
import { deeply } from "../../support/deeply.ts"

type Transport = "a local path" | "http" | "ssh"
const transports: readonly Transport[] = ["a local path", "http", "ssh"]

/** A repository whose `origin` is this one. */
const cloneOf = async (bare: Bare, transport: Transport = "a local path"): Promise<Repo> => {
  const repo = makeRepo()
  if (transport === "ssh") {
    const { url, command } = serveSsh(bare)
    repo.git("config", "core.sshCommand", command)
    repo.git("remote", "add", "origin", url)
  } else repo.git("remote", "add", "origin", transport === "http" ? await serveHttp(bare) : bare.path)
  return repo
}

interface At {
  readonly namespace?: string
  readonly patience?: RemotePatience
}

const withRemote = <A, E>(
  repo: Repo,
  use: (remote: Remote["Service"]) => Effect.Effect<A, E>,
  { namespace = "refs/osier/", patience }: At = {},
) =>
  inWorld(
    repo.path,
    Effect.gen(function* () {
      return yield* use(yield* Remote)
    }).pipe(Effect.provide(Remote.layer("origin", namespace, patience))),
  )

const push = (repo: Repo, swaps: readonly Swap[], at: At = {}) => withRemote(repo, (remote) => remote.push(cleared(swaps)), at)
const failedPush = (repo: Repo, swaps: readonly Swap[], at: At = {}) =>
  withRemote(repo, (remote) => Effect.flip(remote.push(cleared(swaps))), at)
const list = (repo: Repo, prefixes: readonly string[], at: At = {}) => withRemote(repo, (remote) => remote.list(prefixes), at)
const failedList = (repo: Repo, at: At = {}) => withRemote(repo, (remote) => Effect.flip(remote.list(["refs/osier/"])), at)

const blob = (repo: Repo, text: string): string => {
  writeFileSync(join(repo.path, ".git", "blob"), text)
  return repo.git("hash-object", "-w", join(repo.path, ".git", "blob"))
}

const [lockA, lockB, lockC] = ["refs/osier/locks/task/1", "refs/osier/locks/task/2", "refs/osier/locks/task/3"]

for (const transport of transports) {
  test(`over ${transport}: create, list, move, fetch and delete; a stale expectation moves nothing`, async () => {
    const bare = makeBare()
    const mine = await cloneOf(bare, transport)
    const [one, two] = [blob(mine, "one"), blob(mine, "two")]
    expect(await list(mine, ["refs/osier/"])).toEqual(new Map())
    await push(mine, [
      { ref: lockA, from: undefined, to: one },
      { ref: lockB, from: undefined, to: two },
    ])
    expect(await list(mine, ["refs/osier/"])).toEqual(
      new Map([
        [lockA, one],
        [lockB, two],
      ]),
    )
    expect(await list(mine, [lockB])).toEqual(new Map([[lockB, two]]))
    expect(await list(mine, ["refs/osier/locks/ta"])).toEqual(new Map())

    // "[rejected] (stale info)" for the stale one, "[rejected] (atomic push failed)" for the other
    const stale = await failedPush(mine, [
      { ref: lockA, from: one, to: two },
      { ref: lockB, from: one, to: undefined },
    ])
    expect(stale).toMatchObject({ _tag: "PushLost", refs: [lockB], said: "stale info" })
    const taken = await failedPush(mine, [{ ref: lockA, from: undefined, to: two }])
    expect(taken).toMatchObject({ _tag: "PushLost", refs: [lockA] })
    const gone = await failedPush(mine, [{ ref: "refs/osier/locks/task/3", from: one, to: undefined }])
    expect(gone._tag).toBe("PushLost")
    expect(bare.refs()).toEqual({ [lockA]: one, [lockB]: two })

    const theirs = await cloneOf(bare, transport)
    const before = theirs.git("for-each-ref")
    await withRemote(theirs, (remote) => remote.fetch([lockA, two]))
    expect([theirs.git("cat-file", "blob", one), theirs.git("cat-file", "blob", two)]).toEqual(["one", "two"])
    expect(theirs.git("for-each-ref")).toBe(before)
    expect(existsSync(join(theirs.path, ".git", "FETCH_HEAD"))).toBe(false)
    const missing = await withRemote(theirs, (remote) => Effect.flip(remote.fetch(["refs/osier/nothing"])))
    expect(missing).toMatchObject({ _tag: "RemoteRefused", reason: "missing" })

    await push(mine, [
      { ref: lockA, from: one, to: two },
      { ref: lockB, from: two, to: undefined },
    ])
    expect(bare.refs()).toEqual({ [lockA]: two })
  })

  deeply(
    `over ${transport}: of contenders that create one ref exactly one wins, and different refs all win`,
    { timeout: 120_000 },
    async () => {
      const bare = makeBare()
      const repos = await Promise.all(Array.from({ length: 4 }, () => cloneOf(bare, transport)))
      const outcomes = await Promise.all(
        repos.map((repo, index) =>
          withRemote(repo, (remote) =>
            remote.push(cleared([{ ref: lockA, from: undefined, to: blob(repo, `mine ${index}`) }])).pipe(
              Effect.as("won"),
              Effect.catch((error) => Effect.succeed(error._tag)),
            ),
          ),
        ),
      )
      expect(outcomes.toSorted()).toEqual(["PushLost", "PushLost", "PushLost", "won"])
      await Promise.all(repos.map((repo, index) => push(repo, [{ ref: `${lockB}${index}`, from: undefined, to: blob(repo, `${index}`) }])))
      expect(Object.keys(bare.refs())).toHaveLength(5)
    },
  )

  test(`over ${transport}: what the remote refuses is told from a lost race`, async () => {
    const bare = makeBare()
    const repo = await cloneOf(bare, transport)
    const swap = { ref: lockA, from: undefined, to: blob(repo, "x") }
    for (const key of ["receive.hideRefs", "transfer.hideRefs"]) {
      bare.git("config", key, "refs/osier")
      // "[remote rejected] (deny updating a hidden ref)"
      const hidden = await failedPush(repo, [swap])
      expect(hidden).toMatchObject({ _tag: "RemoteRefused", reason: "namespace", refs: [lockA], said: "deny updating a hidden ref" })
      expect("hint" in hidden && hidden.hint).toContain("refs/heads/osier/")
      bare.git("config", "--unset", key)
    }
    // "[remote rejected] (pre-receive hook declined)" and "remote: no thanks"
    bare.hook("pre-receive", "echo no thanks >&2; exit 1")
    const refused = await failedPush(repo, [swap])
    expect(refused).toMatchObject({ _tag: "RemoteRefused", reason: "hook", said: "pre-receive hook declined; no thanks" })
    bare.hook("pre-receive", "exit 0")
    // "[remote rejected] (hook declined)" for one, "(atomic push failure)" for the other
    bare.hook("update", `[ "$1" != ${lockB} ]`)
    const one = await failedPush(repo, [swap, { ...swap, ref: lockB }])
    expect(one).toMatchObject({ _tag: "RemoteRefused", reason: "hook", refs: [lockB] })
    bare.hook("update", "exit 0")
    // "cannot lock ref 'refs/osier/locks/task/1/x': 'refs/osier/locks/task/1' exists; cannot create ..."
    await push(repo, [swap])
    const inside = await failedPush(repo, [{ ...swap, ref: `${lockA}/x` }])
    expect(inside).toMatchObject({ _tag: "RemoteRefused", reason: "namespace" })
    expect(Object.keys(bare.refs())).toEqual([lockA])
  })

  test(`over ${transport}: a lock file on the remote is waited for, and a race inside the remote is lost`, async () => {
    const bare = makeBare()
    const repo = await cloneOf(bare, transport)
    const [one, two] = [blob(repo, "one"), blob(repo, "two")]
    // "cannot lock ref ...: Unable to create '....lock': File exists."; the hook takes the lock away at the second try
    bare.hook(
      "pre-receive",
      `mkdir -p refs/osier/locks/task; if [ -e tried ]; then rm -f ${lockA}.lock; else : > tried; : > ${lockA}.lock; fi`,
    )
    await push(repo, [{ ref: lockA, from: undefined, to: one }])
    expect(bare.refs()).toEqual({ [lockA]: one })
    // "cannot lock ref ...: is at ... but expected ...": somebody moves it after git has looked
    bare.hook("pre-receive", `unset GIT_QUARANTINE_PATH; git update-ref ${lockA} $(git hash-object -w --stdin </dev/null)`)
    const moved = await failedPush(repo, [{ ref: lockA, from: one, to: two }])
    expect(moved).toMatchObject({ _tag: "PushLost", refs: [lockA] })
    expect(moved._tag === "PushLost" && moved.said).toContain("but expected")
    // "cannot lock ref ...: reference already exists"
    bare.hook("pre-receive", `unset GIT_QUARANTINE_PATH; git update-ref ${lockB} $(git rev-parse ${lockA})`)
    const made = await failedPush(repo, [{ ref: lockB, from: undefined, to: two }])
    expect(made).toMatchObject({ _tag: "PushLost", refs: [lockB] })
    expect(made._tag === "PushLost" && made.said).toContain("already exists")
  })
}

test("below refs/heads/ osier's refs travel as branches and keep their names here", async () => {
  const bare = makeBare()
  const repo = await cloneOf(bare)
  const at = { namespace: "refs/heads/osier/" }
  const tip = repo.git("rev-parse", "HEAD")
  await push(
    repo,
    [
      { ref: lockA, from: undefined, to: tip },
      { ref: "refs/heads/main", from: undefined, to: tip },
    ],
    at,
  )
  expect(bare.refs()).toEqual({ "refs/heads/osier/locks/task/1": tip, "refs/heads/main": tip })
  expect(await list(repo, ["refs/osier/"], at)).toEqual(new Map([[lockA, tip]]))
  expect(await list(repo, ["refs/heads/"], at)).toEqual(new Map([["refs/heads/main", tip]]))
  const lost = await failedPush(repo, [{ ref: lockA, from: undefined, to: repo.commit("x", { x: "x" }) }], at)
  expect(lost).toMatchObject({ _tag: "PushLost", refs: [lockA] })
  const other = await cloneOf(bare)
  await withRemote(other, (remote) => remote.fetch([lockA]), at)
  expect(other.git("cat-file", "-t", tip)).toBe("commit")
  // "trying to write non-commit object ... to branch"
  const refused = await failedPush(repo, [{ ref: lockB, from: undefined, to: blob(repo, "x") }], at)
  expect(refused).toMatchObject({ _tag: "RemoteRefused", reason: "namespace" })
  // "[remote rejected] (non-fast-forward)": nobody was first, and trying again would never end
  bare.git("config", "receive.denyNonFastForwards", "true")
  const fresh = repo.git("commit-tree", "-m", "another", "HEAD^{tree}")
  const rewritten = await failedPush(repo, [{ ref: lockA, from: tip, to: fresh }], at)
  expect(rewritten).toMatchObject({ _tag: "RemoteRefused", reason: "history" })
})

test("a branch is never rewritten, though a lease would let git do it; osier's own refs may be", async () => {
  const bare = makeBare()
  const repo = await cloneOf(bare)
  const base = repo.git("rev-parse", "HEAD")
  const left = repo.commit("left", { left: "" })
  repo.git("checkout", "-q", "-b", "other", base)
  const right = repo.commit("right", { right: "" })
  const main = "refs/heads/line"
  await push(repo, [
    { ref: main, from: undefined, to: base },
    { ref: lockA, from: undefined, to: left },
  ])
  await push(repo, [
    { ref: main, from: base, to: left },
    { ref: lockA, from: left, to: right },
  ])
  for (const from of [left, "1".repeat(40)]) {
    const refused = await failedPush(repo, [
      { ref: main, from, to: right },
      { ref: lockA, from: right, to: left },
    ])
    expect(refused).toMatchObject({ _tag: "RemoteRefused", reason: "rewrite", refs: [main] })
  }
  expect(bare.refs()).toEqual({ [main]: left, [lockA]: right })
  await push(repo, [{ ref: main, from: left, to: undefined }])
  expect(bare.refs()).toEqual({ [lockA]: right })
})

test("the user's pre-push hook runs when asked for, wherever it is, and its refusal is told", async () => {
  const bare = makeBare()
  const repo = await cloneOf(bare)
  repo.write("hooks/pre-push", "#!/bin/sh\necho not on a Friday >&2\nexit 1\n")
  repo.git("update-index", "--add", "--chmod=+x", "hooks/pre-push")
  repo.git("checkout-index", "-f", "hooks/pre-push")
  repo.git("config", "core.hooksPath", "hooks")
  const swap = { ref: "refs/heads/main", from: undefined, to: repo.git("rev-parse", "HEAD") }
  const refused = await withRemote(repo, (remote) => Effect.flip(remote.vet([swap])))
  expect(refused).toMatchObject({ _tag: "RemoteRefused", reason: "own hook", said: "not on a Friday" })
  // What it reads and is given is what git itself would say.
  repo.write("hooks/pre-push", '#!/bin/sh\necho "$@" > asked.txt; cat >> asked.txt\n')
  await withRemote(repo, (remote) => remote.vet([swap]))
  const byOsier = readFileSync(join(repo.path, "asked.txt"), "utf8")
  repo.git("push", "-q", "--dry-run", "origin", `${swap.to}:refs/heads/main`)
  expect(byOsier).toBe(readFileSync(join(repo.path, "asked.txt"), "utf8"))
  expect(bare.refs()).toEqual({})
  await push(repo, [swap])
  expect(bare.refs()).toEqual({ "refs/heads/main": swap.to })
})

test("the user's settings make a push neither wider nor impossible", async () => {
  const bare = makeBare()
  const repo = await cloneOf(bare)
  repo.git("tag", "-a", "-m", "v1", "v1")
  repo.git("config", "push.followTags", "true")
  repo.git("config", "remote.origin.mirror", "true")
  repo.git("config", "remote.origin.fetch", "+refs/osier/*:refs/osier/*")
  const tip = repo.git("rev-parse", "HEAD")
  await push(repo, [{ ref: lockA, from: undefined, to: tip }])
  expect(bare.refs()).toEqual({ [lockA]: tip })
  repo.git("update-ref", "-d", lockA)
  await withRemote(repo, (remote) => remote.fetch([lockA]))
  expect(repo.git("for-each-ref", "refs/osier")).toBe("")
})

/** Addresses where nobody answers, with what git says about them. */
const nowhere: readonly (readonly [string, string, RegExp, string?])[] = [
  ["a path that is gone", "/nowhere/x.git", /does not appear to be a git repository/],
  ["a folder that is no repository", "/", /does not appear to be a git repository/],
  ["a host without a name", "http://nohost.invalid/x.git", /Could not resolve host/],
  ["a closed port", "http://127.0.0.1:1/x.git", /Failed to connect|Couldn't connect/],
  ["a closed port of git's own protocol", "git://127.0.0.1:1/x.git", /Connection refused/],
  [
    "an ssh host that is gone",
    "ssh://host/x.git",
    /Connection refused/,
    "echo 'ssh: connect to host host port 22: Connection refused' >&2; exit 255",
  ],
  ["an ssh that is gone", "ssh://host/x.git", /could not read from remote|No such file|cannot run/i, "exit 127"],
]

for (const [what, url, words, script] of nowhere) {
  test(`${what} is unreachable, never empty, and no push is in doubt`, async () => {
    const repo = makeRepo()
    repo.git("remote", "add", "origin", url)
    if (script !== undefined) repo.git("config", "core.sshCommand", serveSsh(makeBare(), script).command)
    const swap = { ref: lockA, from: undefined, to: blob(repo, "x") }
    const fetched = await withRemote(repo, (remote) => Effect.flip(remote.fetch([lockA])))
    for (const error of [await failedList(repo), fetched, await failedPush(repo, [swap])]) {
      expect(error).toMatchObject({ _tag: "RemoteUnreachable", exit: 3 })
      expect(error.message).toMatch(words)
      expect(error.message).not.toMatch(/unknown$/)
    }
  })
}

deeply("whoever may not in is refused, not unreachable, and nobody is asked for a password", { timeout: 120_000 }, async () => {
  const bare = makeBare()
  const swap = (repo: Repo) => ({ ref: lockA, from: undefined, to: blob(repo, "x") })
  // "could not read Username for '...': terminal prompts disabled" and "The requested URL returned error: 403"
  for (const mood of ["asks for a password", "forbids"] as const) {
    const repo = makeRepo()
    repo.git("remote", "add", "origin", await serveHttp(bare, () => mood))
    for (const error of [await failedList(repo), await failedPush(repo, [swap(repo)])])
      expect(error).toMatchObject({ _tag: "RemoteRefused", reason: "access" })
    const writing = makeRepo()
    writing.git("remote", "add", "origin", await serveHttp(bare, (url) => (url.includes("receive-pack") ? mood : "answers")))
    expect(await list(writing, ["refs/osier/"])).toEqual(new Map())
    expect(await failedPush(writing, [swap(writing)])).toMatchObject({ _tag: "RemoteRefused", reason: "access" })
  }
  for (const words of ["dev@host: Permission denied (publickey).", "Host key verification failed."]) {
    const repo = makeRepo()
    repo.git("remote", "add", "origin", "ssh://host/x.git")
    repo.git("config", "core.sshCommand", serveSsh(bare, `echo '${words}' >&2; exit 255`).command)
    for (const error of [await failedList(repo), await failedPush(repo, [swap(repo)])])
      expect(error).toMatchObject({ _tag: "RemoteRefused", reason: "access", said: words })
  }
})

test("a server that fails or drops the line is unreachable; a push whose answer was lost may have happened", async () => {
  const bare = makeBare()
  for (const mood of ["fails", "drops"] as const) {
    const repo = makeRepo()
    repo.git("remote", "add", "origin", await serveHttp(bare, () => mood))
    expect(await failedList(repo)).toMatchObject({ _tag: "RemoteUnreachable" })
    const swap = { ref: lockA, from: undefined, to: blob(repo, "x") }
    expect(await failedPush(repo, [swap])).toMatchObject({ _tag: "RemoteUnreachable" })
  }
  expect(bare.refs()).toEqual({})
  const repo = makeRepo()
  const sent = (url: string) => url.endsWith("git-receive-pack") && !url.includes("?")
  repo.git("remote", "add", "origin", await serveHttp(bare, (url) => (sent(url) ? "does it and drops" : "answers")))
  const to = blob(repo, "x")
  const http = await failedPush(repo, [{ ref: lockA, from: undefined, to }])
  expect(http).toMatchObject({ _tag: "RemoteUnreachable", heard: false })
  expect(http.message).toMatch(/whether the push happened is unknown$/)
  expect(bare.refs()).toEqual({ [lockA]: to })
  // "the remote end hung up unexpectedly", after the ref has moved
  bare.hook("reference-transaction", '[ "$1" != committed ] || kill -9 $PPID')
  for (const transport of ["a local path", "ssh"] as const) {
    const other = await cloneOf(bare, transport)
    const ref = transport === "ssh" ? lockC : lockB
    const cut = await failedPush(other, [{ ref, from: undefined, to: blob(other, "y") }])
    expect(cut).toMatchObject({ _tag: "RemoteUnreachable", heard: false })
  }
  expect(Object.keys(bare.refs())).toEqual([lockA, lockB, lockC])
})

test("who does not answer in time is unreachable, and a push that was cut off is in doubt", async () => {
  const bare = makeBare()
  const repo = makeRepo()
  const patience = { list: 300, fetch: 300, push: 300, upload: 300, hook: 300 }
  repo.git("remote", "add", "origin", await serveHttp(bare, () => "hangs"))
  const listed = await failedList(repo, { patience })
  expect(listed).toMatchObject({ _tag: "RemoteUnreachable", said: "no answer in time", heard: true })
  const pushed = await failedPush(repo, [{ ref: lockA, from: undefined, to: blob(repo, "x") }], { patience })
  expect(pushed).toMatchObject({ _tag: "RemoteUnreachable", said: "no answer in time", heard: false })
})

deeply("a hundred refs and a thousand travel in one push, and come back by one fetch", { timeout: 120_000 }, async () => {
  const bare = makeBare()
  const repo = await cloneOf(bare)
  const to = blob(repo, "x")
  const refs = Array.from({ length: 1000 }, (_, index) => `refs/osier/tasks/${String(index).padStart(40, "0")}`)
  await push(
    repo,
    refs.map((ref) => ({ ref, from: undefined, to })),
  )
  expect((await list(repo, ["refs/osier/"])).size).toBe(1000)
  const other = await cloneOf(bare)
  await withRemote(other, (remote) => remote.fetch(refs))
  expect(other.git("cat-file", "blob", to)).toBe("x")
})

test("the ssh command that the user chose is kept, and without one ssh is told not to ask", async () => {
  const { url, command } = serveSsh(makeBare())
  const repo = makeRepo()
  repo.git("remote", "add", "origin", url)
  const folder = makeFolder()
  const asked = join(folder, "asked")
  writeFileSync(join(folder, "ssh"), `#!/bin/sh\necho "$*" > '${asked}'\nexec ${command} "$@"\n`, { mode: 0o755 })
  vi.stubEnv("PATH", `${folder}:${process.env["PATH"]}`)
  onTestFinished(() => void vi.unstubAllEnvs())
  expect(await list(repo, ["refs/osier/"])).toEqual(new Map())
  expect(readFileSync(asked, "utf8")).toMatch(/^-o BatchMode=yes -o ConnectTimeout=10 /)
  rmSync(asked)
  repo.git("config", "core.sshCommand", command)
  expect(await list(repo, ["refs/osier/"])).toEqual(new Map())
  expect(existsSync(asked)).toBe(false)
})

deeply(
  "many clones that claim different tasks at once all succeed, and their pushes never share a fate",
  { timeout: 120_000 },
  async () => {
    const bare = makeBare()
    const repos = await Promise.all(Array.from({ length: 8 }, () => cloneOf(bare)))
    await Promise.all(
      repos.map((repo, index) =>
        withRemote(repo, (remote) =>
          Effect.gen(function* () {
            const ref = `refs/osier/locks/task/${index}`
            const [one, two] = [blob(repo, `a ${index}`), blob(repo, `b ${index}`)]
            // Deleting prunes empty folders and takes the remote's packed-refs.lock, which is what the others then meet.
            for (let round = 0; round < 3; round++) {
              yield* remote.push(cleared([{ ref, from: undefined, to: one }]))
              yield* remote.push(cleared([{ ref, from: one, to: two }]))
              expect((yield* remote.list([ref])).get(ref)).toBe(two)
              yield* remote.push(cleared([{ ref, from: two, to: undefined }]))
            }
          }),
        ),
      ),
    )
    expect(bare.refs()).toEqual({})
  },
)

test("pushes that come together travel together, and the one that is stale alone is lost", async () => {
  const bare = makeBare()
  const mine = await cloneOf(bare)
  const [one, two] = [blob(mine, "one"), blob(mine, "two")]
  bare.hook("post-receive", "echo push >> pushes")
  await push(mine, [{ ref: lockA, from: undefined, to: one }])
  const moves = Array.from({ length: 20 }, (_, n): Swap => ({ ref: `refs/osier/locks/task/${n + 10}`, from: undefined, to: two }))
  const stale: Swap = { ref: lockA, from: two, to: undefined }
  const answers = await withRemote(mine, (remote) =>
    Effect.forEach([...moves, stale], (swap) => Effect.exit(remote.push(cleared([swap]))), { concurrency: "unbounded" }),
  )
  expect(answers.map(({ _tag }) => _tag)).toEqual([...moves.map(() => "Success"), "Failure"])
  expect(Object.keys(bare.refs())).toHaveLength(21)
  expect(readFileSync(join(bare.path, "pushes"), "utf8").trim().split("\n").length).toBeLessThan(6)
})

import * as Effect from "effect/Effect"
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { gateEvidence } from "../../../core/domain/task/judgement.ts"
import { judge } from "../../../core/steps/gate/judge.ts"
import { RunIdentity } from "../../../core/world/git/runIdentity.ts"
import { courtroom, gate, shellGate, terms } from "../../support/courtroom.ts"
import { makeFolder, makeRepo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

const verdictsOf = (path: string) => {
  const folder = join(path, ".git/osier/verdicts")
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
}

test("no gates, no verdict", async () => {
  const repo = makeRepo()
  expect(await courtroom(repo).judge("main", terms([]))).toMatchObject({ gated: false, verdict: undefined, verdicts: [] })
})

test("gates run in their order up to the first that says no, and what it said is evidence", async () => {
  const repo = makeRepo()
  const court = courtroom(repo)
  const judged = await court.judge("main", terms([gate("a", ["true"]), shellGate("b", "echo why; exit 3"), gate("c", ["true"])]))
  expect(judged).toMatchObject({ gated: true, verdict: "fail", tree: repo.git("rev-parse", "main^{tree}") })
  expect(judged.verdicts.map(({ gate: name, verdict }) => `${name} ${verdict}`)).toEqual(["a pass", "b fail"])
  expect(court.events.map(({ type }) => type)).toEqual(["GateStarted", "GateJudged", "GateStarted", "GateJudged"])
  expect(gateEvidence(judged)).toContain("why")
  expect(gateEvidence(judged)).toContain("Exit code: 3")
})

test("a pass is not asked for again; another gate, another environment, another tree is", async () => {
  const repo = makeRepo()
  const court = courtroom(repo)
  const inForce = terms([shellGate("a", "true", { env: ["COURT_TEST"] })])
  await court.judge("main", inForce)
  const again = await court.judge("main", inForce, { why: "integrated" })
  expect(again).toMatchObject({ verdict: "pass", verdicts: [{ cached: true }] })
  expect(court.ran()).toEqual(["a"])
  expect(verdictsOf(repo.path).map((path) => statSync(path).mode & 0o777)).toEqual([0o600])
  await court.judge("main", terms([shellGate("a", "true;", { env: ["COURT_TEST"] })]))
  expect(court.ran()).toHaveLength(2)
  process.env["COURT_TEST"] = "other"
  await court.judge("main", inForce).finally(() => delete process.env["COURT_TEST"])
  expect(court.ran()).toHaveLength(3)
  repo.commit("more", { x: "1" })
  await court.judge("main", inForce)
  expect(court.ran()).toHaveLength(4)
})

test("no file lets anything through: a pass of another process only plans, and a red that somebody turned into one is red", async () => {
  const repo = makeRepo()
  const counter = join(makeFolder(), "count")
  const inForce = terms([shellGate("a", `echo x >> "${counter}"; test -e "${counter}.green"`)])
  expect(await courtroom(repo).judge("main", inForce, { confirmRed: true })).toMatchObject({ verdict: "fail" })
  const [path = ""] = verdictsOf(repo.path)
  writeFileSync(path, readFileSync(path, "utf8").replace(`"fail"`, `"pass"`))
  for (const why of ["own", "integrated"] as const)
    expect(await courtroom(repo).judge("main", inForce, { why }), why).toMatchObject({ verdict: "fail" })
  writeFileSync(`${counter}.green`, "")
  expect(await courtroom(repo).judge("main", inForce)).toMatchObject({ verdict: "pass", verdicts: [{ cached: false }] })
  const before = readFileSync(counter, "utf8")
  expect(await courtroom(repo).judge("main", inForce, { onlyPlans: true })).toMatchObject({ verdict: "pass", verdicts: [{ cached: true }] })
  expect(readFileSync(counter, "utf8")).toBe(before)
})

test("a verdict file that is damaged, of another key, or open to others doesn't even plan", async () => {
  const repo = makeRepo()
  const inForce = terms([gate("a", ["true"])])
  await courtroom(repo).judge("main", inForce)
  const [path = ""] = verdictsOf(repo.path)
  const good = readFileSync(path, "utf8")
  const spoil: readonly (() => void)[] = [
    () => writeFileSync(path, good.slice(0, 20)),
    () => writeFileSync(path, good.replace(/"key":"."/, `"key":"x"`).replace(/"key":"[^"]+"/, `"key":"0"`)),
    () => chmodSync(path, 0o666),
  ]
  for (const one of spoil) {
    one()
    expect((await courtroom(repo).judge("main", inForce, { onlyPlans: true })).verdicts[0]?.cached).toBe(false)
  }
})

test("a timeout, and what can't run, is no pass, is said at once and is not remembered", async () => {
  const repo = makeRepo()
  const court = courtroom(repo)
  const slow = terms([gate("slow", ["sleep", "60"], { timeoutMs: 200 })])
  expect(await court.judge("main", slow, { confirmRed: true })).toMatchObject({ verdict: "timeout" })
  expect(await court.judge("main", terms([gate("gone", ["no-such-program-at-all"])]), { confirmRed: true })).toMatchObject({
    verdict: "unrunnable",
  })
  expect(court.ran()).toEqual(["slow", "gone"])
  expect(verdictsOf(repo.path)).toEqual([])
})

test("a gate that a task asks for and nobody configured is unrunnable, before anything is run", async () => {
  const court = courtroom(makeRepo())
  const inForce = terms([gate("a", ["true"]), gate("b", ["true"])])
  expect(await court.judge("main", inForce, { only: ["a", "nope"] })).toMatchObject({ gated: true, verdict: "unrunnable" })
  expect(court.ran()).toEqual([])
  await court.judge("main", inForce, { only: ["b"] })
  expect(court.ran()).toEqual(["b"])
  // What lands passes every gate, whatever the task asked for.
  await court.judge("main", inForce, { only: ["b"], why: "integrated" })
  expect(court.ran()).toEqual(["b", "a"])
})

test("a red is seen twice before it is said; remembered, it still fails nobody", async () => {
  const repo = makeRepo()
  const court = courtroom(repo)
  const counter = join(makeFolder(), "count")
  const inForce = terms([shellGate("a", `echo x >> "${counter}"; test -e "${counter}.green"`)])
  const first = await court.judge("main", inForce, { confirmRed: true })
  expect(first).toMatchObject({ verdict: "fail", flaky: false, verdicts: [{ confirmed: true }] })
  expect(readFileSync(counter, "utf8")).toBe("x\nx\n")
  expect(verdictsOf(repo.path)).toHaveLength(1)
  writeFileSync(`${counter}.green`, "")
  const second = await court.judge("main", inForce, { confirmRed: true })
  expect(second).toMatchObject({ verdict: "pass", flaky: true })
  expect(verdictsOf(repo.path)).toEqual([])
})

test("what a gate does with git stays with it", async () => {
  const repo = makeRepo()
  repo.git("remote", "add", "origin", repo.path)
  repo.git("branch", "other")
  const before = repo.git("for-each-ref")
  const config = readFileSync(join(repo.path, ".git/config"), "utf8")
  const text = `
    git update-ref refs/heads/main $(git commit-tree -m x HEAD^{tree}) || exit 1
    git commit -q --allow-empty -m mine || exit 1
    git branch -f other HEAD; git tag v1; git stash; git config user.name evil; git config core.hooksPath /tmp
    git push origin HEAD:main && exit 1
    test -z "$(git remote)"`
  const court = courtroom(repo)
  expect(await court.judge("main", terms([shellGate("a", text)]))).toMatchObject({ verdict: "pass" })
  expect(repo.git("for-each-ref")).toBe(before)
  expect(readFileSync(join(repo.path, ".git/config"), "utf8")).toBe(config)
  expect(repo.git("status", "--porcelain")).toBe("")
  // The next one, in the same checkout, sees nothing of it.
  const clean = shellGate(
    "b",
    `test "$(git rev-parse HEAD)" = ${repo.git("rev-parse", "main")} && test -z "$(git for-each-ref)" && test -z "$(git config core.hooksPath)"`,
  )
  expect(await court.judge("main", terms([clean]))).toMatchObject({ verdict: "pass" })
})

test("a gate's git knows the target and the tags that it is given, as a checkout would", async () => {
  const repo = makeRepo()
  repo.git("tag", "-a", "v1.2.0", "-m", "v1.2.0")
  const target = repo.git("rev-parse", "main")
  const refs = new Map([
    ["refs/heads/main", target],
    ["refs/tags/v1.2.0", repo.git("rev-parse", "v1.2.0")],
  ])
  repo.git("switch", "-q", "-c", "work")
  const tip = repo.commit("more", { "a.txt": "1" })
  repo.git("tag", "planted")
  const asks = (out: string) =>
    terms([
      shellGate(
        "asks",
        `test "$(git tag -l)" = v1.2.0 && test "$(git log --format=%s main..HEAD)" = ${out} && git describe --tags | grep -q '^v1.2.0-1-g' && ! git rev-parse -q --verify planted`,
      ),
    ])
  expect(await courtroom(repo).judge(tip, asks("more"), { refs })).toMatchObject({ verdict: "pass" })
  const tree = repo.git("rev-parse", `${tip}^{tree}`)
  expect(await courtroom(repo).judge(tree, asks("judged"), { refs, onto: target })).toMatchObject({ verdict: "pass" })
})

test("each gate starts from the checkout as set-up left it, copied files there, secrets of ours not", async () => {
  const repo = makeRepo({ ".gitignore": ".env\nnode_modules\nout\n", "a.txt": "1" })
  repo.write(".env", "KEY=1\n")
  process.env["COURT_SECRET"] = "canary"
  const inForce = terms(
    [
      shellGate(
        "a",
        'test "$(cat .env)" = KEY=1 && test -e node_modules/made && test "$CI" = true && test -n "$OSIER_PORT" && echo x > out && mkdir -p new/deep && echo y > new/deep/file && env',
      ),
      shellGate(
        "b",
        `test ! -e out && test ! -e new && test -e node_modules/made && test "$OSIER_TASK $OSIER_SLUG $OSIER_BASE" = "7 it-s base" && test "$OSIER_TREE" = "$(pwd -P)"`,
      ),
    ],
    {
      copy: [".env"],
      setup: [{ run: ["sh", "-c", "mkdir node_modules && touch node_modules/made"], when: [".gitignore"] }],
      keepIgnored: ["node_modules"],
    },
  )
  const court = courtroom(repo)
  const about = { task: { id: 7, slug: "it-s", title: "It's" }, base: "base" }
  const judged = await court.judge("main", inForce, about).finally(() => delete process.env["COURT_SECRET"])
  expect(judged.verdicts.map(({ verdict }) => verdict)).toEqual(["pass", "pass"])
  expect(readFileSync(judged.verdicts[0]?.log ?? "", "utf8")).not.toContain("canary")
  // Another tree, the same inputs of set-up, what it made still there: it does not run again (`mkdir` would fail).
  repo.commit("more", { "a.txt": "2" })
  expect(await court.judge("main", inForce, about)).toMatchObject({ verdict: "pass" })
  expect(court.events.filter(({ type }) => type === "SetupRan")).toHaveLength(1)
  // Another .env, as an agent may have written it, is for the next process.
  repo.write(".env", "KEY=2\n")
  repo.commit("still more", { "a.txt": "3" })
  expect(await court.judge("main", inForce, about)).toMatchObject({ verdict: "pass" })
  expect(await courtroom(repo).judge("main", inForce, about)).toMatchObject({ verdict: "fail" })
})

test("two judges at once have a checkout each", async () => {
  const repo = makeRepo({ "a.txt": "one" })
  const one = repo.git("rev-parse", "HEAD")
  const two = repo.commit("two", { "a.txt": "two" })
  const court = courtroom(repo)
  const meet = makeFolder()
  // Each waits until the other is in its checkout as well.
  const inForce = (mine: string, other: string) =>
    terms([
      shellGate(
        "a",
        `touch "${meet}/${mine}"; while [ ! -e "${meet}/${other}" ]; do sleep 0.01; done; pwd > "${meet}/${mine}.pwd"; test "$(cat a.txt)" = ${mine}`,
      ),
    ])
  const both = Effect.all([judge(court.request(one, inForce("one", "two"))), judge(court.request(two, inForce("two", "one")))], {
    concurrency: 2,
  })
  const judged = await inWorld(repo.path, both.pipe(Effect.provide(RunIdentity.layer)))
  expect(judged.map(({ verdict }) => verdict)).toEqual(["pass", "pass"])
  expect(readFileSync(join(meet, "one.pwd"), "utf8")).not.toBe(readFileSync(join(meet, "two.pwd"), "utf8"))
})

test("nothing of the user's checkout is touched or seen", async () => {
  const repo = makeRepo({ "a.txt": "1\n" })
  repo.write("a.txt", "dirty\n")
  repo.write("new.txt", "untracked\n")
  mkdirSync(join(repo.path, "empty"))
  const index = readFileSync(join(repo.path, ".git/index"))
  const judged = await courtroom(repo).judge(
    "main",
    terms([shellGate("a", 'test "$(cat a.txt)" = 1 && test ! -e new.txt && test -z "$(git worktree list --porcelain | grep main)"')]),
  )
  expect(judged).toMatchObject({ verdict: "pass" })
  expect(readFileSync(join(repo.path, "a.txt"), "utf8")).toBe("dirty\n")
  expect(readFileSync(join(repo.path, ".git/index")).equals(index)).toBe(true)
})

import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import type { Owner } from "../../../core/domain/lock/lock.ts"
import { parseArguments } from "../../../core/domain/plan/plan.ts"
import { addTasks } from "../../../core/engine/tasks/addTasks.ts"
import { attemptFolder, readAttempt, writeAttempt } from "../../../core/engine/tree/attemptState.ts"
import { raise } from "../../../core/engine/tree/plant.ts"
import { reconcile } from "../../../core/engine/recovery/reconcile.ts"
import { attribution } from "../../../core/steps/attempt/attribution.ts"
import { LeaseLost, takeLock } from "../../../core/steps/lock/lock.ts"
import { fingerprint } from "../../../core/steps/attempt/outside.ts"
import { changeTask, readTask } from "../../../core/steps/task/record.ts"
import { saveFingerprint } from "../../../core/steps/attempt/savedFingerprint.ts"
import { Machine } from "../../../core/world/machine/machine.ts"
import { makeStage } from "../../support/engine.ts"

const yaml = `agents: { a: { adapter: shell, command: ["true"] } }\nagent: a\n`
const nonce = "n1"

const dead = Effect.map(Machine, ({ self }): Owner => ({ ...self, pid: 2 ** 22 + 7, run: "dead", email: "dev@example.com" }))

/** A task whose owner was killed while its agent was at work, with all that it had written down until then. */
const killed = Effect.gen(function* () {
  yield* addTasks(parseArguments(["one"], { agents: ["a"], adapters: [], gates: [] }).tasks, { again: "new" })
  const held = yield* takeLock("task", "1", { owner: yield* dead })
  const { task } = yield* changeTask(1, (old) => ({ ...old, status: "running", branch: "task/one-1" }), { held })
  const tree = yield* raise(task, "main", held)
  const folder = yield* attemptFolder(1, { attempt: 1, nonce })
  const before = yield* saveFingerprint(folder, yield* fingerprint())
  const witness = yield* attribution({ folder, nonce })
  const { gitDir, branch } = tree
  const state = { attempt: 1, nonce, gitDir, branch, before, looked: false, noticed: [], obeyed: [] }
  yield* writeAttempt(held, state)
  return { held, tree, folder, state, git: { ...process.env, ...witness.env } }
})

const takenOver = Effect.gen(function* () {
  const held = yield* takeLock("task", "1", { steal: true })
  const { salvage } = yield* reconcile(held, (yield* readTask(1)).task, "go on")
  return { held, salvage, state: yield* readAttempt(1) }
})

test("what an attempt changed outside is told by whoever takes its task over, and moved refs are back, once", async () => {
  const { act, repo, events } = makeStage(yaml)
  repo.git("branch", "precious")
  const { tree, git } = await act(killed)
  const within = (...args: readonly string[]) => execFileSync("git", args, { cwd: tree.path, env: git })
  within("commit", "-q", "--allow-empty", "-m", "its own")
  within("branch", "-f", "precious", "HEAD")
  writeFileSync(join(repo.path, "README.md"), "written by nobody knows whom\n")
  const { state } = await act(takenOver)
  expect(repo.git("rev-parse", "precious")).toBe(repo.git("rev-parse", "main"))
  const told = () => events().filter(({ type }) => type === "ChangedOutside")
  expect(told()).toMatchObject([
    { task: 1, attributed: true, what: ["refs/heads/precious (moved back)"] },
    { task: 1, attributed: false, what: ["checkout README.md"] },
  ])
  expect(state).toMatchObject({ looked: true, noticed: [{ path: "README.md", proven: false }] })
  expect(existsSync(join(repo.path, ".git/osier/attempts/1-1-n1"))).toBe(false)
  repo.git("branch", "-f", "precious", repo.git("commit-tree", "-m", "the user's", "HEAD^{tree}"))
  await act(takenOver)
  expect(told()).toHaveLength(2)
})

test("when what was written down is not what it was, that is said", async () => {
  const { act, events } = makeStage(yaml)
  const { folder } = await act(killed)
  writeFileSync(join(folder, "before.json"), '{"refs":[],"checkout":[]}')
  await act(takenOver)
  const said = { type: "Warned", task: 1, message: expect.stringContaining("what it had written down is gone") }
  expect(events()).toContainEqual(expect.objectContaining(said))
})

test("what an agent writes into its tree about its own end is not believed", async () => {
  const { act, repo } = makeStage(yaml)
  const { tree } = await act(killed)
  repo.git("-C", tree.path, "commit", "-q", "--allow-empty", "-m", "sly")
  const tip = repo.git("-C", tree.path, "rev-parse", "HEAD")
  const forged = { task: 1, attempt: 1, base: tip, branch: tree.branch, tip, looked: true, finished: tip }
  writeFileSync(join(tree.path, ".osier", "attempt.json"), JSON.stringify(forged))
  expect((await act(takenOver)).salvage).toBeUndefined()
  expect([existsSync(tree.path), repo.git("branch", "--list", "task/*")]).toEqual([false, ""])
  expect(repo.git("for-each-ref", "--contains", tip, "--format=%(refname)")).toContain("refs/osier/keep/1/")
})

test("finished work is gone on with from where its history left the target's, and only what stands there as it was noted", async () => {
  const { act, repo } = makeStage(yaml)
  const { held, tree, state } = await act(killed)
  repo.git("-C", tree.path, "commit", "-q", "--allow-empty", "-m", "first")
  repo.git("-C", tree.path, "commit", "-q", "--allow-empty", "-m", "second")
  const finished = repo.git("-C", tree.path, "rev-parse", "HEAD")
  repo.commit("the target went on", { "b.txt": "b" })
  await act(writeAttempt(held, { ...state, looked: true, finished }))
  const { salvage } = await act(takenOver)
  expect(salvage?.tree).toMatchObject({ path: tree.path, base: repo.git("rev-parse", "main~1") })
  repo.git("-C", tree.path, "commit", "-q", "--allow-empty", "-m", "third")
  expect((await act(takenOver)).salvage).toBeUndefined()
})

test("only the owner writes down how far an attempt has come, and what others wrote there does not stay", async () => {
  const { act, repo } = makeStage(yaml)
  const { held: old, state } = await act(killed)
  const { held } = await act(takenOver)
  expect(await act(Effect.flip(writeAttempt(old, state)))).toBeInstanceOf(LeaseLost)
  repo.git("update-ref", "refs/osier/attempts/1", repo.git("hash-object", "-w", "README.md"))
  await act(writeAttempt(held, { ...state, looked: true }))
  expect(await act(readAttempt(1))).toMatchObject({ fence: held.fence, looked: true })
})

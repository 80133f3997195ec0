import * as Effect from "effect/Effect"
import { existsSync, lstatSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { dirname, join } from "node:path"
import { expect, test } from "vitest"
import { freePort } from "../../../core/steps/tree/freePort.ts"
import { makeTree } from "../../../core/steps/tree/makeTree.ts"
import { setUp } from "../../../core/steps/tree/setUp.ts"
import { makeFolder, makeRepo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

const env = { PATH: process.env["PATH"] ?? "" }

const setting = async (files: Readonly<Record<string, string>>) => {
  const repo = makeRepo(files)
  const base = repo.git("rev-parse", "HEAD")
  const tree = await inWorld(repo.path, makeTree({ root: join(dirname(repo.path), "repo.osier"), name: "x-1", branch: "task/x-1", base }))
  const input = { tree: tree.path, gitDir: tree.gitDir, from: repo.path, copy: [], setup: [], env }
  return { repo, tree, input, run: (more: Partial<Parameters<typeof setUp>[0]>) => inWorld(repo.path, setUp({ ...input, ...more })) }
}

test("untracked files are brought along by glob and by .worktreeinclude, tracked ones never", async () => {
  const { repo, tree, run } = await setting({
    ".gitignore": ".env*\nsecret/\nbuild/\n",
    ".worktreeinclude": "# what agents need\nsecret/*\n!secret/not\n/tracked.txt\n",
    "tracked.txt": "committed\n",
  })
  for (const path of [".env", ".env.local", "pkg/.env", "secret/a b", "secret/not", "build/x"]) repo.write(path, `${path}\n`)
  repo.write("tracked.txt", "changed by the user\n")
  symlinkSync("a b", join(repo.path, "secret/link"))
  const { copied } = await run({ copy: [".env", "pkg/**"] })
  expect(copied.toSorted()).toEqual([".env", "pkg/.env", "secret/a b", "secret/link"])
  expect(readFileSync(join(tree.path, "pkg/.env"), "utf8")).toBe("pkg/.env\n")
  expect(readFileSync(join(tree.path, "tracked.txt"), "utf8")).toBe("committed\n")
  expect(lstatSync(join(tree.path, "secret/link")).isSymbolicLink()).toBe(true)
  writeFileSync(join(tree.path, ".env"), "changed by the agent\n")
  expect((await run({ copy: [".env"] })).copied).toEqual([])
  expect(readFileSync(join(tree.path, ".env"), "utf8")).toBe("changed by the agent\n")
})

test("nothing is written through a link that leads out of the tree", async () => {
  const outside = makeFolder()
  const { repo, tree, run } = await setting({ "a.txt": "a" })
  repo.write("out/.env", "secret")
  symlinkSync(outside, join(tree.path, "out"))
  expect((await run({ copy: ["out/.env"] })).copied).toEqual([])
  expect(existsSync(join(outside, ".env"))).toBe(false)
})

test("a command runs again only when its inputs changed", async () => {
  const { tree, run } = await setting({ "lock.json": "1", "other.txt": "1" })
  const setup = [{ run: ["sh", "-c", "echo ran >> ran.txt"], when: ["lock.json"] }]
  expect((await run({ setup })).ran).toMatchObject([{ code: 0 }])
  writeFileSync(join(tree.path, "other.txt"), "2")
  expect((await run({ setup })).ran).toEqual([])
  writeFileSync(join(tree.path, "lock.json"), "2")
  expect((await run({ setup })).ran).toHaveLength(1)
  expect((await run({ setup: [{ run: ["true"], when: [] }] })).ran).toHaveLength(1)
  expect((await run({ setup: [{ run: ["true"], when: [] }] })).ran).toHaveLength(1)
})

test("a failure names the command and what it said; one that failed is not remembered as done", async () => {
  const { tree, input, repo } = await setting({ "lock.json": "1" })
  const log = join(dirname(repo.path), "setup.log")
  const step = { run: ["sh", "-c", "echo out; echo broken >&2; exit 7"], when: ["lock.json"] }
  for (let n = 0; n < 2; n++) {
    const error = await inWorld(repo.path, Effect.flip(setUp({ ...input, setup: [step], log })))
    expect(error).toMatchObject({ _tag: "SetupFailed", class: "environment", reason: "ended with 7", exit: 3 })
    expect(error.message).toContain("broken")
  }
  expect(readFileSync(log, "utf8")).toContain("out\n")
  const missing = await inWorld(repo.path, Effect.flip(setUp({ ...input, setup: [{ run: ["no-such-program"], when: [] }] })))
  expect(missing).toMatchObject({ _tag: "SetupFailed", reason: expect.stringContaining("can't be started") })
  const slow = await inWorld(repo.path, Effect.flip(setUp({ ...input, setup: [{ run: ["sleep", "60"], when: [] }], timeoutMs: 50 })))
  expect(slow).toMatchObject({ reason: "took longer than 50ms" })
  expect(existsSync(join(tree.path, ".git"))).toBe(true)
})

test("free ports differ, and something can listen on them", async () => {
  const ports = await Effect.runPromise(Effect.all(Array.from({ length: 20 }, freePort), { concurrency: 20 }))
  expect(new Set(ports).size).toBe(20)
  const server = createServer()
  await new Promise<void>((resume) => server.listen(ports[0], "127.0.0.1", resume))
  await new Promise((resume) => server.close(resume))
})

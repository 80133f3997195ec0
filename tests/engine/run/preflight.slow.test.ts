import * as Effect from "effect/Effect"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { preflight } from "../../../core/engine/run/preflight.ts"
import { Files } from "../../../core/world/machine/files.ts"
import { makeStage } from "../../support/engine.ts"

test.each(["src", "."])("a folder for trees that git has files in is refused before anything is made: %s", async (root) => {
  const yaml = `agents: { scribe: { adapter: shell, command: ["sh", "-c", "cat > a.txt"] } }\ntree: { root: "${root}" }\n`
  const { repo, run } = makeStage(yaml, { "src/a.ts": "a\n" })
  await expect(run(["one"])).rejects.toMatchObject({ _tag: "TreeRootTaken", exit: 2, field: "tree.root" })
  expect(repo.git("status", "--porcelain", "--ignored")).toBe("")
  expect(existsSync(join(repo.path, root, ".judge"))).toBe(false)
})

test("where nothing can be written nothing is started, and that is a matter of the environment", async () => {
  const { act, repo } = makeStage(`agents: { a: { adapter: shell, command: ["true"] } }\n`)
  const refs = join(repo.path, ".git/refs")
  const failed = Effect.gen(function* () {
    const files = yield* Files
    const readOnly = { ...files, writable: (path: string) => Effect.succeed(path !== refs) }
    return yield* Effect.flip(Effect.provideService(preflight([]), Files, readOnly))
  })
  expect(await act(failed)).toMatchObject({ _tag: "NotWritable", exit: 3, path: refs })
})

test("a key that can't sign is told before anything is made or spent", async () => {
  const yaml = `agents: { a: { adapter: shell, command: ["sh", "-c", "cat > a.txt"] } }\n`
  const { repo, run } = makeStage(yaml)
  repo.git("config", "gpg.format", "ssh")
  repo.git("config", "user.signingkey", join(repo.path, "..", "no-key.pub"))
  repo.git("config", "commit.gpgsign", "true")
  await expect(run(["one"])).rejects.toMatchObject({ _tag: "SigningFailed", exit: 3, message: expect.stringContaining("no-key") })
  expect(repo.git("branch", "--list", "task/*")).toBe("")
})

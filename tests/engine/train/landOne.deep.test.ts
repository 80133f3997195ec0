import { expect, test } from "vitest"
import { makeStage } from "../../support/engine.ts"
import { makeSigner } from "../../support/signer.ts"

test("a landing with an environment file waits for a look, one that removes tests is told", { timeout: 240_000 }, async () => {
  const yaml = `
agents:
  env: { adapter: shell, command: ["sh", "-c", "echo PORT=1 > .env.local"] }
  remover: { adapter: shell, command: ["sh", "-c", "rm tests/price.test.ts"] }
gates: { there: ["true"] }
`
  const { repo, run, events } = makeStage(yaml, { "tests/price.test.ts": "one\n", "tests/other.test.ts": "two\n" })
  const report = await run(["a:env", "b:remover"])
  expect(report.landed.map(({ id }) => id)).toEqual([2])
  expect(report.waiting).toMatchObject([{ id: 1, reason: "it brings environment files: .env.local" }])
  expect(report.exit).toBe(5)
  expect(repo.git("ls-tree", "-r", "--name-only", "main")).not.toContain(".env")
  expect(events()).toContainEqual(expect.objectContaining({ type: "Warned", task: 2, message: "it removes tests: tests/price.test.ts" }))
})

test(
  "a gate that checks the signature of HEAD sees a signed commit, on the tree of two tasks together as well",
  { timeout: 240_000 },
  async () => {
    const yaml = `
agents: { scribe: { adapter: shell, command: ["sh", "-c", "cat > $OSIER_SLUG.txt"] } }
agent: scribe
gates: { signed: ["sh", "-c", "git -c gpg.ssh.allowedSignersFile=$(cat allowed) verify-commit HEAD"] }
limits: { retries: 0 }
`
    const { repo, run, events } = makeStage(yaml)
    const { signature } = makeSigner(repo)
    repo.write("allowed", repo.git("config", "gpg.ssh.allowedSignersFile"))
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "signed")
    const report = await run(["one", "two"])
    expect(report.landed).toHaveLength(2)
    expect(repo.git("rev-list", "--first-parent", "HEAD~2..main").split("\n").map(signature)).not.toContain("N")
    expect(events().filter((event) => event.type === "GateJudged" && event.verdict !== "pass")).toEqual([])
  },
)

import { execFileSync } from "node:child_process"
import { rmSync } from "node:fs"
import { expect, onTestFinished, test, vi } from "vitest"
import { makeStage } from "../../support/engine.ts"
import { makeSigner } from "../../support/signer.ts"

const agent = (more: string) =>
  `agents: { scribe: { adapter: shell, command: ["sh", "-c", "cat > a.txt; git add -A; git commit -qm mine; git log -1 --format=%G?%an > b.txt"]${more} } }\nagent: scribe\ngates: { check: ["true"] }\nmerge: merge\n`

/** The private key is in an ssh-agent alone. */
const inAgent = (key: string) => {
  const said = execFileSync("ssh-agent", ["-s"], { encoding: "utf8" })
  const [, socket = "", pid = ""] = /SSH_AUTH_SOCK=([^;]+).*SSH_AGENT_PID=(\d+)/s.exec(said) ?? []
  onTestFinished(() => void process.kill(Number(pid)))
  vi.stubEnv("SSH_AUTH_SOCK", socket)
  onTestFinished(() => void vi.unstubAllEnvs())
  execFileSync("ssh-add", ["-q", key], { env: { ...process.env, SSH_AUTH_SOCK: socket } })
  rmSync(key)
}

test.each([
  ["an agent signs nothing unless its profile says so, and that is told once", "", "N"],
  ["an agent whose profile says so reaches the key", ", sign: true", "G"],
])("%s", async (_, more, made) => {
  const { repo, run, events } = makeStage(agent(more))
  const { key, signature } = makeSigner(repo)
  inAgent(key)
  const report = await run(["one"])
  expect(report.landed).toHaveLength(1)
  expect(signature("main")).toBe("G")
  expect(signature("main^2")).toBe("G")
  expect(signature("main^2~1")).toBe(made)
  const told = events().filter((event) => event.type === "Warned" && event.message.includes("commit.gpgsign"))
  expect(told.length).toBe(made === "N" ? 1 : 0)
})

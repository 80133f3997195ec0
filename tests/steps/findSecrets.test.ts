import { afterEach, expect, test, vi } from "vitest"
import { findSecrets } from "../../core/steps/findSecrets.ts"
import { makeRepo } from "../support/repo.ts"
import { inWorld } from "../support/world.ts"

afterEach(() => vi.unstubAllEnvs())

// Put together here, so that this file holds none.
const token = ["ghp", "0123456789abcdefghijABCDEFGHIJ012345"].join("_")

test("secrets that a work adds are told by place and kind, never by what they are", async () => {
  vi.stubEnv("MY_API_TOKEN", "canary 4711")
  const repo = makeRepo({ "old.txt": `${token}\n`, "gone.txt": `${token}\n` })
  const base = repo.git("rev-parse", "HEAD")
  repo.git("rm", "-q", "gone.txt")
  const aws = ["AKIA", "IOSFODNN7REALKEY"].join("")
  const tip = repo.commit("work", {
    "old.txt": `one\n${token}\ntwo\n`,
    "a b/conf.ts": `// +++ b/x\n++ key\nconst key = "${aws}"\n`,
    "log.txt": "GET /?t=canary 4711\nsk-learn, AKIA, task-0123456789abcdefghijABCDEFGHIJ0123\n",
    "key.pem": ["-----BEGIN RSA PRIVATE", "KEY-----\n"].join(" "),
  })
  expect(await inWorld(repo.path, findSecrets(base, tip))).toEqual([
    "a b/conf.ts:3 (an AWS key)",
    "key.pem:1 (a private key)",
    "log.txt:1 (the value of MY_API_TOKEN)",
  ])
})

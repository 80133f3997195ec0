import { rmSync } from "node:fs"
import { expect, test } from "vitest"
import { checkSigning } from "../../../core/engine/doctor/checkSigning.ts"
import { makeStage } from "../../support/engine.ts"
import { makeSigner } from "../../support/signer.ts"

test("whether git can sign is said where it signs commits, and found out by a signature", async () => {
  const { act, repo } = makeStage(`agents: { a: { adapter: shell, command: ["true"] } }\n`)
  expect(await act(checkSigning())).toEqual([])
  const { key } = makeSigner(repo)
  expect(await act(checkSigning())).toMatchObject([{ name: "signing", state: "good" }])
  rmSync(key)
  const hint = expect.stringContaining("git config commit.gpgsign false")
  expect(await act(checkSigning())).toMatchObject([{ name: "signing", state: "bad", found: expect.stringContaining("sign"), hint }])
  repo.git("config", "gpg.ssh.program", "/no/such/signer")
  expect(await act(checkSigning())).toMatchObject([{ state: "bad", found: expect.stringContaining("/no/such/signer") }])
})

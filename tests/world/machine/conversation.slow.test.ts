import * as Effect from "effect/Effect"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { conversation } from "../../../core/world/machine/conversation.ts"
import { alive } from "../../support/alive.ts"
import { makeFolder } from "../../support/repo.ts"

const line = (bytes: Buffer) => {
  const end = bytes.indexOf(10)
  return end < 0 ? undefined : { used: end + 1, value: bytes.subarray(0, end).toString() }
}

/** A partner that says nothing the first time it is started, and echoes after that. */
const silentAtFirst = (silence: string) => {
  const cwd = makeFolder()
  const script = `if [ -e seen ]; then exec cat; fi; echo $$ > seen; read question; ${silence}`
  return { cwd, argv: ["sh", "-c", script] as const, env: { PATH: process.env["PATH"] ?? "" } }
}

test.each([
  ["waits for something that nobody writes", "exec cat > rest"],
  ["does not listen to TERM", "trap '' TERM; while :; do sleep 0.1; done"],
  ["leaves its pipes to another", "setsid sleep 20 & exec sleep 600"],
])("a partner that %s is ended, which is told, and the next question is answered", { timeout: 120_000 }, async (_, silence) => {
  const partner = silentAtFirst(silence)
  const pids: number[] = []
  const said = await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const { ask } = yield* conversation(partner, { patienceSeconds: 1, onStart: (pid) => void pids.push(pid) })
        // Those behind it in line are told as well.
        const first = yield* Effect.all([Effect.flip(ask("one\n", line)), Effect.flip(ask("two\n", line))], { concurrency: 2 })
        return { first, next: yield* ask("three\n", line) }
      }),
    ),
  )
  expect(existsSync(join(partner.cwd, "seen"))).toBe(true)
  for (const error of said.first) expect(error.message).toMatch(/gave no answer for 1 s, and was ended/)
  expect(said.next).toBe("three")
  expect(alive(pids[0] ?? 0)).toBe(false)
})

test("a partner that is asked nothing for long is not late", { timeout: 20_000 }, async () => {
  const partner = { cwd: makeFolder(), argv: ["cat"] as const, env: { PATH: process.env["PATH"] ?? "" } }
  const pids: number[] = []
  const said = await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const { ask } = yield* conversation(partner, { patienceSeconds: 1, onStart: (pid) => void pids.push(pid) })
        const first = yield* ask("one\n", line)
        yield* Effect.sleep(2_500)
        return [first, yield* ask("two\n", line)]
      }),
    ),
  )
  expect(said).toEqual(["one", "two"])
  expect(pids).toHaveLength(1)
})

import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { expect, test } from "vitest"
import type { ProcessIdentity } from "../../../core/domain/lock/processIdentity.ts"
import { Machine } from "../../../core/world/machine/machine.ts"

const machine = <A>(ask: (service: Machine["Service"]) => Effect.Effect<A>): Promise<A> =>
  Effect.runPromise(Effect.provide(Machine.use(ask), Machine.layer))

const liveness = (change: (self: ProcessIdentity) => ProcessIdentity) => machine((service) => service.liveness(change(service.self)))

test("this process is itself, alive, and the same when asked from outside", async () => {
  const self = await machine((service) => Effect.succeed(service.self))
  expect(self.pid).toBe(process.pid)
  expect(self.started).not.toBe("")
  expect(self.boot).not.toBe("")
  expect(await machine((service) => service.identify(process.pid))).toEqual(self)
  expect(await liveness((it) => it)).toBe("alive")
})

test("a reused number is dead: same pid, another start time", async () => {
  expect(await liveness((self) => ({ ...self, started: `${self.started}1` }))).toBe("dead")
})

test("an earlier boot of this host is dead, another host is unknown, another number space of this kernel is unknown", async () => {
  expect(await liveness((self) => ({ ...self, boot: "earlier" }))).toBe("dead")
  expect(await liveness((self) => ({ ...self, host: `${self.host}-elsewhere` }))).toBe("unknown")
  expect(await liveness((self) => ({ ...self, boot: `${self.boot}1` }))).toBe(process.platform === "linux" ? "unknown" : "dead")
})

test("a child is alive until it ends, and dead afterwards", async () => {
  const child = spawn(process.execPath, ["-e", "process.stdin.resume()"], {
    stdio: ["pipe", "ignore", "ignore"],
  })
  await once(child, "spawn")
  const identity = await machine((service) => service.identify(child.pid ?? 0))
  if (identity === undefined) throw new Error("a running child was not found")
  expect(await machine((service) => service.liveness(identity))).toBe("alive")
  child.kill("SIGKILL")
  await once(child, "exit")
  expect(await machine((service) => service.liveness(identity))).toBe("dead")
  expect(await machine((service) => service.identify(identity.pid))).toBeUndefined()
})

test.runIf(process.platform === "linux")("a zombie is dead although its number is still taken", async () => {
  // The shell's child ends at once, then the shell becomes `sleep`, which never collects it.
  const parent = spawn("sh", ["-c", "sh -c 'echo $$; exit 0' & exec sleep 60"], {
    stdio: ["ignore", "pipe", "ignore"],
  })
  try {
    const [line] = await once(parent.stdout, "data")
    const pid = Number(String(line).trim())
    await expect.poll(() => machine((service) => service.identify(pid))).toBeUndefined()
    const self = await machine((service) => Effect.succeed(service.self))
    expect(() => process.kill(pid, 0)).not.toThrow()
    expect(await machine((service) => service.liveness({ ...self, pid }))).toBe("dead")
  } finally {
    parent.kill("SIGKILL")
    await once(parent, "exit")
  }
})

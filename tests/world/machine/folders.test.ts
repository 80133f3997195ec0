import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { claimFolder, moveInto } from "../../../core/world/machine/folders.ts"
import { makeFolder } from "../../support/repo.ts"

test("a folder that others take away as empty is made again, and nothing is lost or made twice", async () => {
  const root = makeFolder()
  const bin = join(root, "bin")
  const count = 200
  for (let n = 0; n < count; n++) writeFileSync(join(root, `f${n}`), "x")
  // Another process: within this one the two would go in step. It rests a little, as whoever removes a folder does: one that
  // never did would leave nobody the time between two calls.
  const remove = `try { fs.rmdirSync(${JSON.stringify(bin)}) } catch {}`
  const rest = "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)"
  const nuisance = spawn(process.execPath, ["-e", `fs.writeSync(1, "up"); for (;;) { ${remove}; ${rest} }`])
  onTestFinished(() => void nuisance.kill("SIGKILL"))
  await new Promise((resolve) => nuisance.stdout.once("data", resolve))
  const work = Effect.gen(function* () {
    for (let n = 0; n < count; n++) {
      yield* moveInto(join(root, `f${n}`), bin, "one")
      yield* moveInto(join(bin, "one"), root, `moved${n}`)
    }
    expect(yield* claimFolder(join(bin, "mine"))).toBe(true)
    expect(yield* claimFolder(join(bin, "mine"))).toBe(false)
  })
  await Effect.runPromise(work)
  expect(readdirSync(root).filter((name) => name.startsWith("moved"))).toHaveLength(count)
})

test("what is not there can't be moved", async () => {
  const root = makeFolder()
  mkdirSync(join(root, "bin"))
  expect(await Effect.runPromise(Effect.result(moveInto(join(root, "nothing"), join(root, "bin"), "x")))).toMatchObject({
    failure: { _tag: "FileFailed", code: "ENOENT" },
  })
})

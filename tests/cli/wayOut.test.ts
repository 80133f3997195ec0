import * as Effect from "effect/Effect"
import { rmSync } from "node:fs"
import { expect, test } from "vitest"
import { memoryScreen } from "../../core/cli/screen.ts"
import { wayOut } from "../../core/cli/wayOut.ts"
import { makeFolder, makeRepo } from "../support/repo.ts"
import { inWorld } from "../support/world.ts"

const told = async (path: string, folder: string, json = false): Promise<string> => {
  const screen = memoryScreen()
  await inWorld(path, Effect.asVoid(wayOut({ json, screen }, folder)))
  return screen.errors()
}

test("where the folder of the command is gone, the way back is said; a program is told nothing", async () => {
  const repo = makeRepo()
  const folder = makeFolder()
  expect(await told(repo.path, folder)).toBe("")
  rmSync(folder, { recursive: true })
  expect(await told(repo.path, folder)).toContain(`cd ${repo.path}\n`)
  expect(await told(repo.path, folder, true)).toBe("")
})

import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { join } from "node:path"
import { expect, test } from "vitest"
import { agentVariables } from "../../../core/domain/settings/environment.ts"
import { Adapters } from "../../../core/engine/context/adapters.ts"
import type { AdapterFacts } from "../../../core/plugin.ts"
import { findProject } from "../../../core/steps/given/findProject.ts"
import { readSettings } from "../../../core/steps/given/readSettings.ts"
import { BuiltIn } from "../../../core/world/pool/builtIn.ts"
import { adapters } from "../../../plugins/index.ts"
import { poolLayer } from "../../support/pool.ts"
import { makeRepo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

const plugin = (name: string) => join(import.meta.dirname, "..", "..", "plugins", "fixtures", name)

test("one line in the list of adapters is all: settings take it, init finds its program, its agents see its variables", async () => {
  const novel: AdapterFacts = { name: "novel", program: "git", env: ["NOVEL_*"], home: { variable: "NOVELS", folder: ".novel" } }
  const repo = makeRepo({ "osier.yaml": "agents: { a: { adapter: novel } }\n" })
  const among = <A, E, R>(list: readonly AdapterFacts[], effect: Effect.Effect<A, E, R>) => Effect.provideService(effect, BuiltIn, list)
  const list = [...adapters, novel]
  expect((await inWorld(repo.path, among(list, readSettings()))).settings.agents["a"]?.adapter).toBe("novel")
  expect((await inWorld(repo.path, among(list, findProject()))).agents).toContain("novel")
  expect(agentVariables({ NOVEL_KEY: "k", NOVELS: "/n", OTHER: "o" }, novel, [])).toEqual(["NOVEL_KEY", "NOVELS"])
  await expect(inWorld(repo.path, among(adapters, readSettings()))).rejects.toMatchObject({ _tag: "SettingsRefused" })
})

test("an adapter without a program of its own needs a command, whatever it is called", async () => {
  const repo = makeRepo({ "osier.yaml": "agents: { a: { adapter: novel } }\n" })
  const read = readSettings().pipe(Effect.provideService(BuiltIn, [{ name: "novel", needsCommand: true }]))
  await expect(inWorld(repo.path, read)).rejects.toMatchObject({ message: expect.stringContaining("a novel agent without a command") })
})

test("a plugin enters by the same door: what it says of itself counts like that of a built-in adapter", async () => {
  const all = Layer.provide(Adapters.layer([plugin("liar.ts")]), poolLayer)
  const look = Effect.service(Adapters).pipe(Effect.provide(all))
  const { names, factsOf, which } = await inWorld(makeRepo({ "a.txt": "a\n" }).path, look)
  expect(names).toEqual([...adapters.map(({ name }) => name), "liar"])
  expect(which("liar")).toEqual({ module: plugin("liar.ts") })
  expect(agentVariables({ LIAR_TOKEN: "t", A_TOKEN: "a" }, factsOf("liar"), [])).toEqual(["LIAR_TOKEN"])
  expect(factsOf("shell")?.needsCommand).toBe(true)
})

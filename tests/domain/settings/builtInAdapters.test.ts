import { expect, test } from "vitest"
import { builtInAdapters } from "../../../core/domain/settings/builtInAdapters.ts"
import { settingsDocs } from "../../../core/domain/settings/settingsDocs.ts"
import { resolveSettings } from "../../../core/domain/settings/settingsFile.ts"
import { adapters } from "../../../plugins/index.ts"

const problemsOf = (fileText: string) => resolveSettings({ fileText, path: "osier.yaml" }).problems.map(({ message }) => message)

test("the adapters that settings take and explain are those that there are", () => {
  expect(builtInAdapters).toEqual(adapters.map(({ name }) => name))
  const { meaning = "" } = settingsDocs.find(({ key }) => key === "agents.<name>.adapter") ?? {}
  for (const { name } of adapters) expect(meaning).toContain(name)
  expect(meaning).not.toMatch(/\bacp\b/)
})

test.each(["acp", "gemini", "opencode"])("the adapter %s, which nobody built, is refused before anything is spent", (name) => {
  expect(problemsOf(`agents:\n  a: { adapter: ${name} }\n`)).toEqual([`unknown adapter ${name}`])
  expect(problemsOf(`agent: ${name}\n`)).toEqual([`unknown agent ${name}`])
})

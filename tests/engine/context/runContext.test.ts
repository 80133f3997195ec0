import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { RunContext } from "../../../core/engine/context/runContext.ts"
import { makeStage } from "../../support/engine.ts"

const yaml = `agents: { a: { adapter: shell, command: ["true"] } }\n`
const hooks = Effect.map(RunContext, (context) => context.hooks)

test("the user's hooks are where git says, and an answer that git can't give is not taken for none", async () => {
  const { act, repo } = makeStage(yaml)
  expect(await act(hooks)).toBe(`${repo.path}/.git/hooks`)
  repo.git("config", "core.hooksPath", "tools/hooks")
  expect(await act(hooks)).toBe(`${repo.path}/tools/hooks`)
  repo.git("config", "core.hooksPath", "~no-such-user/hooks")
  await expect(act(hooks)).rejects.toMatchObject({ message: expect.stringContaining("~no-such-user/hooks") })
})

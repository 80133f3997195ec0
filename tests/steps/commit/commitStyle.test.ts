import { expect, test } from "vitest"
import { commitStyle } from "../../../core/steps/commit/commitStyle.ts"
import { makeRepo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

test("titles follow what most commits of the target do, unless the settings say", async () => {
  const repo = makeRepo()
  const ask = (title: "auto" | "conventional" | "plain") => inWorld(repo.path, commitStyle({ title, trailers: "short" }, "refs/heads/main"))
  expect(await ask("auto")).toEqual({ title: "plain", trailers: "short" })
  expect((await ask("conventional")).title).toBe("conventional")
  repo.commit("feat(a): one", { a: "1" })
  repo.commit("fix: two", { a: "2" })
  repo.git("config", "log.showSignature", "true")
  expect((await ask("auto")).title).toBe("conventional")
  expect((await ask("plain")).title).toBe("plain")
})

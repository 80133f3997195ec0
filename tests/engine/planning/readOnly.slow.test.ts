import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { explore } from "../../../core/engine/planning/explore.ts"
import { makeStage } from "../../support/engine.ts"
import { trees } from "../../support/scribe.ts"
import { answer, kept, readers } from "../../support/readers.ts"
import { deeply } from "../../support/deeply.ts"

test("what it writes is undone, kept whole and told, whatever it told git; the answer counts all the same", async () => {
  const stage = makeStage(readers, { ".gitignore": "*.bin\n" })
  const { id, result, report } = await answer(stage, "Why?:writer")
  expect(report).toBe("the answer\n")
  const what = ["README.md", "cache.bin", "deep/er/z.txt", "new.txt"]
  const event = stage.events().find((one) => one.type === "ChangesUndone")
  expect(event).toMatchObject({ task: id, attempt: 1, what: expect.arrayContaining(what) })
  const [keep = ""] = kept(stage)
  expect(event).toMatchObject({ keep })
  expect(result).toMatchObject({ success: { undone: { what: expect.arrayContaining(what), keep } } })
  expect(stage.repo.git("show", `${keep}:README.md`)).toBe("# a\nevil")
  expect(stage.repo.git("show", `${keep}:cache.bin`)).toBe("y")
  expect(stage.repo.git("log", "--format=%s", keep)).toContain("sneaky")
  expect(stage.repo.git("status", "--porcelain")).toBe("")
  expect(stage.repo.git("branch", "--format=%(refname:short)")).toBe("main")
  expect(trees(stage.repo.path)).toEqual([])
})

deeply("a silent agent has failed, a link is no report, and moved refs fail it and are moved back", { timeout: 120_000 }, async () => {
  const stage = makeStage(readers)
  stage.repo.git("branch", "precious")
  const silent = await answer(stage, "Nothing?:mute")
  expect(silent.result).toMatchObject({ _tag: "Failure", failure: { _tag: "LookFailed", exit: 1, reason: "it ended without a report" } })
  expect(silent.task).toMatchObject({ status: "failed", reason: "it ended without a report" })
  expect((await answer(stage, "Link?:thief")).report).toBe("own words")
  const stolen = await answer(stage, "Refs?:stealer")
  expect(stolen.result).toMatchObject({ _tag: "Failure", failure: { class: "outside" } })
  expect(stage.repo.git("tag")).toBe("")
  const again = await stage.act(Effect.result(explore(silent.id, "reader")))
  expect(again).toMatchObject({ _tag: "Success", success: { report: "looked at\n# a" } })
  expect(await stage.act(Effect.result(explore(silent.id)))).toMatchObject({ failure: { _tag: "NotOpen", exit: 2 } })
})

test("each attempt starts from a clean tree, and what each of them wrote is kept", async () => {
  const stage = makeStage(readers.replace("retries: 0", "retries: 1"))
  const { result } = await answer(stage, "Again?:twice")
  expect(result).toMatchObject({ _tag: "Success", success: { report: "answer" } })
  expect(
    stage.events().flatMap((event) => (event.type === "ChangesUndone" ? [event.what.filter((path) => !path.startsWith("commit "))] : [])),
  ).toEqual([["dirty.txt"], ["two.txt"]])
  const [first = "", second = ""] = kept(stage)
  expect(stage.repo.git("show", `${first}:dirty.txt`)).toBe("dirty")
  expect(stage.repo.git("log", "-2", "--format=%s", second)).toContain("second")
  expect(stage.events().findLast((event) => event.type === "ChangesUndone")).toMatchObject({ attempt: 2, keep: second })
})

import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { checkGates } from "../../../core/engine/doctor/checkGates.ts"
import { tryGates } from "../../../core/engine/judge/tryGates.ts"
import { makeStage } from "../../support/engine.ts"

test(
  "gates are tried on the target's tip or another commit, each on its own, and what they print is heard as it comes",
  { timeout: 120_000 },
  async () => {
    const yaml = `gates: { first: ["sh", "-c", "echo loud; test ! -e broken"], gone: ["no-such-program"] }\n`
    const { act, repo, events } = makeStage(yaml)
    const heard: string[] = []
    const onOutput = (gate: string, chunk: Uint8Array) => void heard.push(`${gate}: ${Buffer.from(chunk).toString()}`)
    const tried = await act(tryGates({ onOutput }))
    expect(tried.verdicts.map(({ gate, verdict }) => `${gate}: ${verdict}`)).toEqual(["first: pass", "gone: unrunnable"])
    expect(heard).toEqual(["first: loud\n"])
    expect(await act(checkGates("main"))).toMatchObject([{ state: "good" }, { state: "bad", hint: "osier gate gone shows all of it" }])

    repo.git("switch", "-q", "-c", "other")
    const other = repo.commit("broken", { broken: "x" })
    repo.git("switch", "-q", "main")
    expect(await act(tryGates({ gate: "first", commit: "other" }))).toMatchObject({ commit: other, verdicts: [{ verdict: "fail" }] })
    expect(await act(Effect.flip(tryGates({ gate: "fist" })))).toMatchObject({ _tag: "NoSuchGate", exit: 2, hint: "did you mean first?" })
    expect(events().every(({ type }) => ["JournalStarted", "GateStarted", "GateJudged"].includes(type))).toBe(true)
  },
)

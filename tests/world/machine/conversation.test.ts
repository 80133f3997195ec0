import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { askedAgain, ConversationEnded } from "../../../core/world/machine/conversation.ts"

const partner = (...ends: readonly ("killed" | "silent")[]) => {
  let asked = 0
  const ask = Effect.suspend(() => {
    const end = ends[asked++]
    if (end === undefined) return Effect.succeed("answer")
    return Effect.fail(new ConversationEnded({ program: "git", stderr: "", ...(end === "silent" ? { silentSeconds: 120 } : {}) }))
  })
  return Effect.map(Effect.result(askedAgain(ask)), ({ _tag }) => [_tag, asked])
}

test.each([
  [["silent"], "Success", 2],
  [["silent", "silent"], "Failure", 2],
  [["killed", "killed", "killed"], "Success", 4],
  [["killed", "killed", "killed", "killed"], "Failure", 4],
] as const)("a partner that was %j is asked until %s", async (ends, end, asked) =>
  expect(await Effect.runPromise(partner(...ends))).toEqual([end, asked]),
)

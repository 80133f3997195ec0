import * as Effect from "effect/Effect"
import { short } from "../../domain/event/eventText.ts"
import { lastLines } from "../../domain/task/judgement.ts"
import { took } from "../../domain/text/plainText.ts"
import { bad, type Check, good } from "../context/check.ts"
import { tryGates } from "../judge/tryGates.ts"

/** Whether the target passes its own gates, as a judge would find; where it doesn't, with the gate's last lines. */
export const checkGates = Effect.fn("checkGates")(function* (target: string) {
  const tried = yield* tryGates({}).pipe(Effect.catchTag("NoSuchGate", () => Effect.succeed(undefined)))
  if (tried === undefined) return []
  const at = `${target} at ${short(tried.commit)}`
  return tried.verdicts.map(({ gate, verdict, ms, reason, tail }): Check => {
    if (verdict === "pass") return good(`tried ${gate}`, `${at} passes in ${took(ms)}`)
    const found = `${at}: ${verdict}${reason === undefined ? "" : `, ${reason}`}`
    return bad(`tried ${gate}`, [found, ...lastLines(tail)].join("\n      "), `osier gate ${gate} shows all of it`)
  })
})

import * as Effect from "effect/Effect"
import { agentProfile } from "../../domain/settings/agentProfile.ts"
import { Adapters } from "../context/adapters.ts"
import { Board } from "../context/board.ts"
import { RunContext } from "../context/runContext.ts"

/** Says once a run whose own commits are not signed although the user's git signs: only a profile gives an agent the way to the key. */
export const saySigning = Effect.fn("saySigning")(function* (agents: readonly string[]) {
  const board = yield* Board
  const adapters = yield* Adapters
  const { settings, signs } = yield* RunContext
  const unsigned = [...new Set(agents)].filter((name) => agentProfile(settings, name, adapters.names)?.sign !== true)
  const [first] = unsigned
  if (first === undefined || !(yield* signs)) return
  yield* board.emit({
    type: "Warned",
    message: `your git signs commits (commit.gpgsign): what lands is signed, but not the commits that agents make themselves (${unsigned.join(", ")})`,
    hint: `\`sign: true\` at agents.${first} in osier.yaml lets that agent's git reach your key.`,
  })
})

import { expect, test } from "vitest"
import { agentVariables } from "../../../core/domain/settings/environment.ts"
import { claude } from "../../../plugins/claude/claude.ts"

test("only an agent whose profile says so sees the way to the user's keys", () => {
  const outer = { SSH_AUTH_SOCK: "/tmp/s", GNUPGHOME: "/g", ANTHROPIC_API_KEY: "k", A_TOKEN: "secret", MINE: "1" }
  expect(agentVariables(outer, claude, ["MINE"])).toEqual(["ANTHROPIC_API_KEY", "MINE"])
  expect(agentVariables(outer, claude, ["MINE"], true)).toEqual(["SSH_AUTH_SOCK", "GNUPGHOME", "ANTHROPIC_API_KEY", "MINE"])
})

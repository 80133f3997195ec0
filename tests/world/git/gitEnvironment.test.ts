import { expect, test } from "vitest"
import { unsigned } from "../../../core/domain/settings/environment.ts"
import { machineEnvironment, userEnvironment } from "../../../core/world/git/gitEnvironment.ts"

const outer = {
  PATH: "/bin",
  HOME: "/dana",
  A_TOKEN: "secret",
  SSH_AUTH_SOCK: "/tmp/agent",
  LC_ALL: "de_DE.UTF-8",
  GIT_EDITOR: "vi",
  GIT_DIR: "/elsewhere",
  GIT_INDEX_FILE: "/elsewhere/index",
  GIT_WORK_TREE: "/elsewhere",
  GIT_CONFIG_COUNT: "1",
  GIT_CONFIG_KEY_0: "user.name",
  GIT_CONFIG_VALUE_0: "Dana of the container",
  GIT_CONFIG_PARAMETERS: "'user.email=dana@example.org'",
}

test("the user's programs see what the user has, and nothing that points git elsewhere", () => {
  const { GIT_DIR: _, GIT_INDEX_FILE: _index, GIT_WORK_TREE: _tree, ...rest } = outer
  expect(userEnvironment(outer)).toEqual(rest)
})

test("what the git of an attempt was given is no setting of the user's", () => {
  const given = { ...outer, GIT_CONFIG_PARAMETERS: "'core.hooksPath=/dana/shop/.git/osier/attempts/1-1-x/hooks'" }
  expect(userEnvironment(given)).not.toHaveProperty("GIT_CONFIG_PARAMETERS")
  expect(machineEnvironment(given)).not.toHaveProperty("GIT_CONFIG_PARAMETERS")
  const more = { ...outer, GIT_CONFIG_PARAMETERS: `'core.hooksPath=/d'\\''s/osier/attempts/1-1-x/hooks' ${unsigned}` }
  expect(userEnvironment(more)["GIT_CONFIG_PARAMETERS"]).toBe(unsigned)
})

test("a git that is only read gets configuration and identity, no secret, and speaks English", () => {
  expect(machineEnvironment(outer)).toEqual({
    PATH: "/bin",
    HOME: "/dana",
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "user.name",
    GIT_CONFIG_VALUE_0: "Dana of the container",
    GIT_CONFIG_PARAMETERS: "'user.email=dana@example.org'",
    LC_ALL: "C",
    GIT_TERMINAL_PROMPT: "0",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_EDITOR: ":",
  })
})

import { expect, test } from "vitest"
import { changeText, isPowerful, undoCommand } from "../../../core/domain/git/settingChange.ts"
import type { SettingChange } from "../../../core/domain/git/settingChange.ts"

const path = "/shop/.git/config"
const change = (key: string, from: readonly string[] | undefined, to: readonly string[] | undefined): SettingChange => ({
  path,
  kind: "config",
  key,
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { to }),
})

test("a change is told with its key, both values and the file, and comes with the command that undoes it", () => {
  const flipped = change("core.bare", ["false"], ["true"])
  expect(changeText(flipped)).toBe('core.bare changed from "false" to "true" in /shop/.git/config')
  expect(undoCommand(flipped)).toBe("git config --file /shop/.git/config --replace-all core.bare false")
  const added = change("remote.fork.url", undefined, ["https://example.org/x.git"])
  expect(changeText(added)).toBe('remote.fork.url is new ("https://example.org/x.git") in /shop/.git/config')
  expect(undoCommand(added)).toBe("git config --file /shop/.git/config --unset-all remote.fork.url")
  const gone = change("remote.origin.fetch", ["+a:b", "c d"], undefined)
  expect(undoCommand(gone)).toBe(
    "git config --file /shop/.git/config --add remote.origin.fetch +a:b && git config --file /shop/.git/config --add remote.origin.fetch 'c d'",
  )
})

test("no value that may be a secret is repeated", () => {
  const header = change("http.https://example.org.extraheader", ["AUTHORIZATION: basic abc"], ["AUTHORIZATION: basic xyz"])
  expect(`${changeText(header)} ${undoCommand(header)}`).not.toMatch(/abc|xyz/)
  const url = change("remote.origin.url", ["https://user:hunter2@example.org/x"], ["https://user:hunter3@example.org/x"])
  expect(`${changeText(url)} ${undoCommand(url)}`).not.toMatch(/hunter/)
})

test.each([
  ["filter.x.clean", true],
  ["filter.x.process", true],
  ["diff.external", true],
  ["diff.x.textconv", true],
  ["merge.x.driver", true],
  ["core.fsmonitor", true],
  ["core.hooksPath", true],
  ["core.sshCommand", true],
  ["core.bare", true],
  ["core.worktree", true],
  ["core.attributesFile", true],
  ["credential.helper", true],
  ["credential.https://example.org.helper", true],
  ["gpg.program", true],
  ["gpg.ssh.program", true],
  ["include.path", true],
  ["includeIf.gitdir:/x/.path", true],
  ["extensions.worktreeConfig", true],
  ["url./elsewhere.insteadOf", true],
  ["submodule.lib.update", true],
  ["remote.origin.uploadpack", true],
  ["remote.fork.url", false],
  ["user.email", false],
  ["branch.main.remote", false],
  ["lfs.repositoryformatversion", false],
])("%s, when it is new, could make git start or take something else: %s", (key, expected) => {
  expect(isPowerful(change(key, undefined, ["x"]))).toBe(expected)
})

test("what is gone starts nothing, a remote that is a program does, and so does one that was turned", () => {
  expect(isPowerful(change("filter.x.clean", ["cat"], undefined))).toBe(false)
  expect(isPowerful(change("core.worktree", ["/x"], undefined))).toBe(true)
  expect(isPowerful(change("remote.fork.url", undefined, ["ext::sh -c evil"]))).toBe(true)
  expect(isPowerful(change("remote.origin.url", ["/a"], ["/b"]))).toBe(true)
  expect(isPowerful({ path: "/shop/.git/hooks/pre-commit", kind: "hook", to: ["1"] })).toBe(true)
  expect(isPowerful({ path: "/shop/.git/info/attributes", kind: "file", to: ["1"] })).toBe(true)
  expect(isPowerful({ path: "/shop/.git/info/exclude", kind: "file", to: ["1"] })).toBe(false)
})

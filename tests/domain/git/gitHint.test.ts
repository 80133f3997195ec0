import { expect, test } from "vitest"
import { gitHint } from "../../../core/domain/git/gitHint.ts"

test.each([
  [
    "fatal: detected dubious ownership in repository at '/a b/c'\nTo add an exception for this directory, call:\n",
    "safe.directory '/a b/c'",
  ],
  ["fatal: unknown repository extension found:\n\trelativeworktrees", "newer git"],
  ["fatal: Expected git repo version <= 1, found 7", "newer git"],
  ["error: invalid value for 'extensions.objectformat': 'sha512'\nfatal: bad config line 7 in file .git/config", "newer git"],
  ["fatal: bad config line 3 in file /etc/gitconfig", "that line of /etc/gitconfig"],
  ["fatal: bad boolean config value 'maybe' for 'core.bare'", "--get core.bare"],
  ["error: missing config key GIT_CONFIG_KEY_0\nfatal: unable to parse command-line config", "env | grep GIT_CONFIG"],
  ["fatal: not a git repository: /code/shop/.git/worktrees/one", "git worktree repair"],
  ["fatal: not a git repository: ../.git/modules/part", "leads to ../.git/modules/part"],
  ["fatal: invalid gitfile format: /r/.git", "gitdir:"],
  ["fatal: cannot use bare repository '/b.git' (safe.bareRepository is 'explicit')", "VALUE_0=all"],
  ["fatal: Unable to create '/r/.git/index.lock': File exists.", "rm /r/.git/index.lock"],
  ["fatal: unable to access '.git/config': Permission denied", "ls -l"],
  ["error: gpg failed to sign the data\nfatal: failed to write commit object", "signs commits"],
  ["error: object file .git/objects/b6/9a is empty\nfatal: loose object b69a is corrupt", "git fsck"],
  ["fatal: unable to write loose object file: No space left on device", "disk is full"],
])("%s", (said, hint) => {
  expect(gitHint(said)).toContain(hint)
})

test("what osier does not know gets no hint that may be wrong", () => {
  expect(gitHint("fatal: something that nobody has seen before")).toBeUndefined()
  expect(gitHint("fatal: not a git repository (or any of the parent directories): .git")).toBeUndefined()
})

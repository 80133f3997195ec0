import { expect, test } from "vitest"
import { sharedNames } from "../../../core/domain/git/sharedNames.ts"

test.each([
  ["refs/osier/tasks/7", "refs/osier/tasks/7"],
  ["refs/osier/locks/target/main", "refs/osier/locks/target/main"],
  ["refs/osier/train/main", "refs/osier/train/main"],
  ["refs/osier/ids", "refs/osier/ids"],
  // also what is asked for by a prefix
  ["refs/osier/tasks/", "refs/osier/tasks/"],
  ["refs/remotes/origin/main", "refs/heads/main"],
  ["refs/remotes/origin/task/a-1", "refs/heads/task/a-1"],
])("%s is %s on the remote, and comes back under its name", (here, there) => {
  const names = sharedNames("origin")
  expect(names.there(here)).toBe(there)
  expect(names.here(there)).toBe(here)
})

test.each([
  "refs/osier/keep/7/1",
  "refs/osier/evidence/7",
  "refs/osier/drafts/abc",
  "refs/osier/ids/below",
  "refs/osier/tasksmore/7",
  "refs/heads/main",
  "refs/tags/v1",
  "refs/remotes/other/main",
  "refs/remotes/origin2/main",
])("%s stays here", (ref) => {
  expect(sharedNames("origin").there(ref)).toBeUndefined()
})

test("a branch of the remote is followed as git follows it, also for a remote whose name has a slash", () => {
  const names = sharedNames("team/main")
  expect(names.branch("task/a-1")).toBe("refs/remotes/team/main/task/a-1")
  expect(names.there(names.branch("task/a-1"))).toBe("refs/heads/task/a-1")
})

import { expect, test } from "vitest"
import { assignee, emailFault } from "../../../core/domain/task/assignee.ts"
import type { Names } from "../../../core/domain/task/assignee.ts"

const mismatch = (task: string, self: string) => ({ mismatch: `it is assigned to ${task}, and you claim it as ${self}` })

const cases: readonly (readonly [Names, ReturnType<typeof assignee>])[] = [
  [
    { task: "t@x", flag: "f@x", setting: "s@x", git: "g@x" },
    { self: "f@x", assigned: "t@x", ...mismatch("t@x", "f@x") },
  ],
  [
    { task: "t@x", setting: "s@x", git: "g@x" },
    { self: "s@x", assigned: "t@x", ...mismatch("t@x", "s@x") },
  ],
  [
    { task: "t@x", git: "t@x" },
    { self: "t@x", assigned: "t@x" },
  ],
  [
    { flag: "f@x", setting: "s@x", git: "g@x" },
    { self: "f@x", assigned: "f@x" },
  ],
  [
    { setting: "s@x", git: "g@x" },
    { self: "s@x", assigned: "s@x" },
  ],
  [{ git: "g@x" }, { self: "g@x", assigned: "g@x" }],
  [{}, { self: "osier@localhost", assigned: "osier@localhost" }],
]
test.each(cases)("%j", (names, expected) => {
  expect(assignee(names)).toEqual(expected)
})

test.each(["", "me", "me@", "@x", "a b@x", "a@b@c", "<me@x>", "me@x\ny"])("%j stands for nobody", (text) => {
  expect(emailFault(text)).toBe("is no e-mail address")
})

import { expect, test } from "vitest"
import { keepMessage, readKeepMessage } from "../../../core/domain/git/keepMessage.ts"

test("what a keep says is read back as it was written, whatever the texts hold", () => {
  const note = {
    task: "12",
    attempt: "fresh",
    reason: "it failed\n\nTask: 99\nHead: 0000",
    files: 3,
    left: ["new\nline (a pipe)", 'with "quotes"', "- dash", "plain"],
    parts: { Head: "a".repeat(40), Notes: "b".repeat(40) },
  }
  const text = keepMessage(note)
  expect(text.split("\n")[0]).toBe("keep: task 12, attempt fresh: it failed Task: 99 Head: 0000")
  expect(readKeepMessage(text)).toEqual({ ...note, reason: "it failed Task: 99 Head: 0000" })
})

test("a message of anybody else's is none", () => {
  expect(readKeepMessage("fix: keep it\n\nTask: 1\n")).toBeUndefined()
  expect(readKeepMessage("keep: the old one\n")).toBeUndefined()
})

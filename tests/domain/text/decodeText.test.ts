import * as Result from "effect/Result"
import { expect, test } from "vitest"
import { decodeText } from "../../../core/domain/text/decodeText.ts"

test("UTF-8, and UTF-16 that says so, are text", () => {
  const wide = Buffer.from("\uFEFFFix 漢🚀\r\nAdd", "utf16le")
  for (const bytes of [Buffer.from("Fix 漢🚀\r\nAdd"), wide, Buffer.from(wide).swap16()])
    expect(decodeText(bytes)).toEqual(Result.succeed("Fix 漢🚀\r\nAdd"))
})

test.each([
  ["Latin-1", Buffer.from("a\nb\nF\u00fcge hinzu\n", "latin1"), 3, "is not written in UTF-8"],
  ["a picture", Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 255]), 1, "is not written in UTF-8"],
  ["UTF-16 that does not say so", Buffer.from("ab\nc", "utf16le"), 1, "holds a NUL, so it is no text"],
  ["half of UTF-16", Buffer.from([0xff, 0xfe, 65, 0, 66]), 1, "begins as UTF-16 and is none"],
  ["half a letter at the end", Buffer.from("fine\n漢").subarray(0, -1), 2, "is not written in UTF-8"],
])("%s is refused with its line", (_, bytes, line, reason) => {
  expect(decodeText(bytes)).toEqual(Result.fail({ line, reason }))
})

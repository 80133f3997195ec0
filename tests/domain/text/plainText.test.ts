import { expect, test } from "vitest"
import { plainText } from "../../../core/domain/text/plainText.ts"

test("a report keeps its lines and indentation, and can't steer the terminal", () => {
  expect(plainText("# A\r\n\n  - one\u001b[2J\n\t- two\u0007\u009b31m\u202Ex\u2028y\n\n")).toBe("# A\n\n  - one\n\t- twox\ny")
})

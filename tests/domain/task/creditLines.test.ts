import { expect, test } from "vitest"
import { creditLines } from "../../../core/domain/task/creditLines.ts"

test("what commits sign is kept once each, further authors are named, and nobody writes osier's own proof", () => {
  const messages = [
    "note\n\nWhy: because.\n\nSigned-off-by: Dana <d@x>\nCo-authored-by: Pat <p@x>\nOsier-Landed-by: 3\n",
    "more\r\n\r\nsigned-off-by: Dana <d@x>\r\nReviewed-by: Kim <k@x>\r\n",
    "Signed-off-by: no trailer, but the subject",
  ]
  expect(creditLines(messages, ["Pat <p@x>", "Eve <e@x>"])).toEqual([
    "Signed-off-by: Dana <d@x>",
    "Co-authored-by: Pat <p@x>",
    "Reviewed-by: Kim <k@x>",
    "Co-authored-by: Eve <e@x>",
  ])
})

import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { parseSize, printSize } from "../../../core/domain/text/size.ts"

describe("sizes", () => {
  it.each([
    ["50MB", 50_000_000, "50MB"],
    ["1.5 gb", 1_500_000_000, "1.5GB"],
    ["64KiB", 65_536, "65.5kB"],
    ["50M", 50_000_000, "50MB"],
    ["12B", 12, "12B"],
    [7, 7, "7B"],
    ["0", 0, "0B"],
  ])("%j is %d bytes", (text, bytes, printed) => {
    expect(Result.getOrThrow(parseSize(text))).toBe(bytes)
    expect(printSize(bytes)).toBe(printed)
  })
  it.each(["", "MB", "5iB", "5XB", "-1", "9999999TB"])("refuses %j", (text) => expect(Result.isFailure(parseSize(text))).toBe(true))
})

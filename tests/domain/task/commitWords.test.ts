import { expect, test } from "vitest"
import { commitBody } from "../../../core/domain/task/commitWords.ts"

test("an agent's summary becomes a body as commits have them", () => {
  const prose = "word ".repeat(20).trim()
  expect(commitBody(`  ${prose}\r\n\n\n\n- ${prose}\n`)).toBe(
    `${"word ".repeat(14).trim()}\n${"word ".repeat(6).trim()}\n\n- ${"word ".repeat(14).trim()}\n  ${"word ".repeat(6).trim()}`,
  )
})

test("what is laid out by its author stays so, and a line that was cut off at its beginning is left out", () => {
  const long = `x ${"=".repeat(90)} y`
  expect(commitBody(`…half a line\n\`\`\`\n${long}\n\`\`\`\n    ${long}\n| ${long} |`)).toBe(
    `\`\`\`\n${long}\n\`\`\`\n    ${long}\n| ${long} |`,
  )
  expect(commitBody("https://example.com/".padEnd(100, "x"))).toHaveLength(100)
})

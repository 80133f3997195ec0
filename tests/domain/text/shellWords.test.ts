import { execFileSync } from "node:child_process"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { shellWords } from "../../../core/domain/text/shellWords.ts"

describe("shell words", () => {
  it.each([
    ["npm test", ["npm", "test"]],
    [`node -e "console.log('a b')"`, ["node", "-e", "console.log('a b')"]],
    [`a '' "" b`, ["a", "", "", "b"]],
    [`a"b c"'d e'f\\ g`, ["ab cd ef g"]],
    [`a "x \\" \\n $ \\$HOME"`, ["a", `x " \\n $ $HOME`]],
    ["npm test -- src/*.ts --a=b", ["npm", "test", "--", "src/*.ts", "--a=b"]],
    ["  npm\ttest\n", ["npm", "test"]],
    ["make \\\n  all", ["make", "all"]],
    ["a 100$ x#y", ["a", "100$", "x#y"]],
  ])("%j", (text, words) => expect(Result.getOrThrow(shellWords(text))).toEqual(words))

  it.each([
    "",
    "  ",
    "a | b",
    "a && b",
    "a; b",
    "a > f",
    "a < f",
    "a $(b)",
    "a `b`",
    'a "`b`"',
    "a $HOME",
    'a "${X}"',
    "a $'x'",
    "(a)",
    "a &",
  ])("refuses %j", (text) => {
    const said = Result.getOrThrow(Result.flip(shellWords(text)))
    expect(said.exit).toBe(2)
    expect(said.hint).toContain('["sh", "-c"')
  })
  it.each(["a 'b", 'a "b', "a b\\", "a\nb", "a # b", "CI=1 npm test", "''"])("refuses %j", (text) =>
    expect(Result.isFailure(shellWords(text))).toBe(true),
  )

  it("agrees with a real shell wherever it accepts", () => {
    let seed = 7
    const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below
    const letters = [..."abc  ''\"\"\\\\$=#*~{}!.-"]
    const texts: string[] = []
    while (texts.length < 3000) {
      const text = `x${Array.from({ length: random(14) }, () => letters[random(letters.length)]).join("")}`
      if (Result.isSuccess(shellWords(text))) texts.push(text)
    }
    const script = ["set -f", ...texts.map((text) => `set -- ${text}\nprintf '%s\\0' "$#" "$@"`)].join("\n")
    const said = execFileSync("sh", ["-s"], { input: script, encoding: "utf8" }).split("\0")
    for (const text of texts) {
      const count = Number(said.shift())
      expect([text, said.splice(0, count)]).toEqual([text, Result.getOrThrow(shellWords(text))])
    }
  })
})

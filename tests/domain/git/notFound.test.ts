import { expect, test } from "vitest"
import { notFound } from "../../../core/domain/git/notFound.ts"

test.each([
  ["> shop@1.0.0 test\n> vitest run\n\nsh: 1: vitest: not found", "vitest"],
  ["bash: line 1: pytest: command not found", "pytest"],
  ["sh: line 1: tsc: command not found", "tsc"],
  ["/bin/sh: 1: cargo: not found", "cargo"],
  ["./check.sh: line 3: jq: command not found", "jq"],
  ["/usr/bin/env: ‘ruby’: No such file or directory", "ruby"],
  ["fish: Unknown command: vitest", "vitest"],
  ["zsh:1: command not found: go", "go"],
  ["make: pytest: No such file or directory\nmake: *** [Makefile:2: test] Error 127", "pytest"],
])("%j misses %s", (output, program) => {
  expect(notFound(output)).toBe(`${program} can't be found; add the command that installs it to tree.setup in osier.yaml`)
})

test("what names no program is not guessed", () => {
  expect(notFound("Error: module not found")).toMatch(/^a program of it can't be found; .*tree\.setup/)
})

import { describe, expect, test } from "vitest"
import { gateInputs, touchedInputs } from "../../../core/domain/settings/gateInputs.ts"
import type { Listed } from "../../../core/domain/settings/gateInputs.ts"
import { gate, terms } from "../../support/courtroom.ts"

const list = (...paths: readonly (string | Listed)[]) => paths.map((path) => (typeof path === "string" ? { path } : path))

describe("files that judge", () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[], readonly string[]])[] = [
    ["a word", ["sh", "check.sh"], ["check.sh", "other.sh"], ["check.sh"]],
    ["the program itself", ["./bin/check"], ["bin/check"], ["bin/check"]],
    ["odd spellings of a path", ["node", ".//a/./b/../check.js"], ["a/check.js"], ["a/check.js"]],
    ["the value of a flag", ["vitest", "--config=./conf/v.ts"], ["conf/v.ts"], ["conf/v.ts"]],
    ["a name with a space, a quote and an accent", ["sh", `my "ché ck.sh`], [`my "ché ck.sh`], [`my "ché ck.sh`]],
    [
      "what a shell's text runs",
      ["sh", "-ec", "cd . && ./a.sh; FOO=1 node b.js || bash 'c.sh'"],
      ["a.sh", "b.js", "c.sh"],
      ["a.sh", "b.js", "c.sh"],
    ],
    ["not what a shell's text reads", ["sh", "-c", "! grep -q bug src/app.ts"], ["src/app.ts"], []],
    ["not a program's text", ["node", "-e", "existsSync('a.txt')"], ["a.txt"], []],
    ["not a folder", ["node", "--test", "tests"], ["tests/a.test.ts"], []],
    ["nothing outside", ["sh", "../check.sh", "/check.sh"], ["check.sh"], []],
  ]
  test.each(cases)("%s", (_, run, paths, expected) => {
    expect([...gateInputs(terms([gate("test", run)]), list(...paths)).files].toSorted()).toEqual(expected)
  })

  test("a link, what it leads to, and a folder that is a link", () => {
    const listing = list({ path: "check.sh", link: "real/check.sh" }, "real/check.sh", { path: "evals", link: "real" }, "real/run.js")
    const { files } = gateInputs(terms([gate("a", ["./check.sh"]), gate("b", ["node", "evals/run.js"])]), listing)
    expect([...files].toSorted()).toEqual(["check.sh", "evals", "real/check.sh", "real/run.js"])
  })

  test("a circle of links ends", () => {
    const listing = list({ path: "a", link: "b" }, { path: "b", link: "a" })
    expect([...gateInputs(terms([gate("x", ["sh", "a"])]), listing).files].toSorted()).toEqual(["a", "b"])
  })

  test("globs protect what is there and what is new, and set-up's own script is an input as well", () => {
    const inForce = terms([gate("golden", ["node", "x"], { protect: ["evals/golden/**"] })], {
      setup: [{ run: ["sh", "prepare.sh"], when: [] }],
    })
    const inputs = gateInputs(inForce, list("evals/golden/1.json", "prepare.sh", "src/a.ts"))
    expect(["evals/golden/1.json", "evals/golden/new/.hidden", "prepare.sh", "src/a.ts", "evals/a"].map(inputs.has)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ])
  })
})

test("tests and changed scripts are shown, inputs hold, the rest is work", () => {
  const inputs = gateInputs(terms([gate("test", ["sh", "check.sh"])]), list("check.sh"))
  const changed = [
    "src/a.ts",
    "check.sh",
    "tests/new.test.ts",
    "src/b.spec.js",
    "package.json",
    "sub/package.json",
    "osier.yaml",
    "test_x.py",
    "contest/a.ts",
  ]
  const scripts = (path: string) => path === "package.json"
  expect(touchedInputs(changed, inputs, { settings: false, scripts })).toEqual({
    held: ["check.sh"],
    shown: ["package.json", "src/b.spec.js", "test_x.py", "tests/new.test.ts"],
  })
  expect(touchedInputs(changed, inputs, { settings: true, scripts }).held).toEqual(["check.sh", "osier.yaml"])
})

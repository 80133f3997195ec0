import { expect, test } from "vitest"
import { verdictKey } from "../../../core/domain/settings/verdictKey.ts"
import type { GateEnvironment } from "../../../core/domain/settings/verdictKey.ts"
import { gate, terms } from "../../support/courtroom.ts"

const program = { name: "node", path: "/bin/node", size: 1, changedMs: 2 }
const environment: GateEnvironment = {
  os: "linux",
  arch: "x64",
  programs: [program],
  prepared: "",
  variables: { A: "1", PATH: "/bin", TERM: "a" },
}
const inForce = terms([gate("test", ["node", "x.js"]), gate("lint", ["lint"])])
const key = verdictKey("tree", "test", inForce, environment)

test("the same again is the same key, whatever the terminal is", () => {
  expect(verdictKey("tree", "test", inForce, { ...environment, variables: { TERM: "b", PATH: "/bin", A: "1" } })).toBe(key)
})

test("another gate beside it changes nothing", () => {
  expect(verdictKey("tree", "test", terms([gate("test", ["node", "x.js"])]), environment)).toBe(key)
})

test("everything that could change the verdict changes the key", () => {
  const others = [
    verdictKey("other", "test", inForce, environment),
    verdictKey("tree", "lint", inForce, environment),
    verdictKey("tree", "test", terms([gate("test", ["node", "y.js"])]), environment),
    verdictKey("tree", "test", terms(inForce.gates, { setup: [{ run: ["npm", "ci"], when: [] }] }), environment),
    verdictKey("tree", "test", terms(inForce.gates, { env: { NODE_OPTIONS: "--no-warnings" } }), environment),
    verdictKey("tree", "test", inForce, { ...environment, os: "darwin" }),
    verdictKey("tree", "test", inForce, { ...environment, arch: "arm64" }),
    verdictKey("tree", "test", inForce, { ...environment, prepared: "other .env" }),
    verdictKey("tree", "test", inForce, { ...environment, variables: { ...environment.variables, A: "2" } }),
    verdictKey("tree", "test", inForce, { ...environment, programs: [{ ...program, changedMs: 3 }] }),
  ]
  expect(new Set([key, ...others]).size).toBe(others.length + 1)
})

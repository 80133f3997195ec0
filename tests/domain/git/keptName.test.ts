import { expect, test } from "vitest"
import { isJudged, keptName, ownName } from "../../../core/domain/git/keptName.ts"

test.each([".git", ".GIT", "git~1", ".git. ", ".g\u200cit", "a\\.git", "=osier=x", "=osier=%41"])(
  "%j is encoded, and comes back",
  (name) => {
    expect(keptName(name)).toMatch(/^=osier=[\w%.~!'()*-]+$/)
    expect(ownName(keptName(name))).toBe(name)
  },
)

test.each(["a", ".github", ".gitignore", "git", "ü 😀", "new\nline", "%41", "x=osier="])("%j stays as it is", (name) => {
  expect(keptName(name)).toBe(name)
  expect(ownName(name)).toBe(name)
})

test("bytes that are no text come back as bytes", () => {
  const bytes = Uint8Array.from([0x61, 0xff, 0x25])
  expect(keptName(bytes)).toBe("=osier=%61%FF%25")
  expect(ownName(keptName(bytes))).toEqual(bytes)
  expect(keptName(new TextEncoder().encode("ü"))).toBe("ü")
})

test("names whose contents git judges are known in every spelling", () => {
  expect([".gitmodules", ".GitModules", "gitmod~1", ".gitattributes ", ".mailmap"].map(isJudged)).toEqual([true, true, true, true, true])
  expect([".gitkeep", "gitmodules", "a.gitmodules"].map(isJudged)).toEqual([false, false, false])
})

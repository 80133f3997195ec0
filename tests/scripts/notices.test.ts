import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { noticesText } from "../../core/domain/text/notice.ts"
import { billOfMaterials } from "../../scripts/billOfMaterials.ts"
import { checksums } from "../../scripts/checksums.ts"
import { noticesOf } from "../../scripts/notices.ts"
import { makeFolder } from "../support/repo.ts"

/** A package as npm lays it down, and the path of a module in it. */
const packed = (folder: string, name: string, manifest: object, files: Readonly<Record<string, string>>): string => {
  const at = join(folder, "node_modules", name)
  mkdirSync(at, { recursive: true })
  writeFileSync(join(at, "package.json"), JSON.stringify({ name, version: "1.2.3", ...manifest }))
  for (const [file, text] of Object.entries(files)) writeFileSync(join(at, file), text)
  return join(at, "dist", "index.js")
}

test("each package that a module comes from is named once, scoped ones too, with all of its texts", () => {
  const folder = makeFolder()
  const plain = packed(folder, "plain", { license: "MIT" }, { LICENSE: "Copyright plain", "NOTICE.md": "and thanks" })
  const scoped = packed(folder, "@some/one", { license: "ISC" }, { "license.txt": "Copyright one" })
  const found = noticesOf([plain, `${plain}.map`, scoped, join(folder, "core", "main.ts")])
  expect(found.map(({ name, license }) => [name, license])).toEqual([
    ["@some/one", "ISC"],
    ["plain", "MIT"],
  ])
  expect(noticesText(found)).toContain("Copyright plain\n\nand thanks")
  expect(noticesText(found)).toContain("Copyright one")
})

test.each([
  ["no text", { license: "MIT" }, {}],
  ["no licence", {}, { LICENSE: "Copyright" }],
])("a package with %s stops the build", (_, manifest, files) => {
  const module = packed(makeFolder(), "mute", manifest, files)
  expect(() => noticesOf([module])).toThrow(/mute.*can't be shipped/)
})

test("the bill of materials gives what the lock file vouches for, and is the same each time", () => {
  const root = join(import.meta.dirname, "..", "..")
  const ws = noticesOf([join(root, "node_modules", "ws", "index.js")])
  const bill = billOfMaterials(root, ws)
  expect(billOfMaterials(root, ws)).toBe(bill)
  const { components } = JSON.parse(bill)
  expect(components).toMatchObject([{ name: "ws", purl: `pkg:npm/ws@${ws[0]?.version}`, hashes: [{ alg: "SHA-512" }] }])
  expect(components[0].hashes[0].content).toMatch(/^[0-9a-f]{128}$/)
})

test("checksums are those of the files, in the form that sha256sum checks", () => {
  const folder = makeFolder()
  writeFileSync(join(folder, "b"), "abc")
  writeFileSync(join(folder, "a"), "")
  expect(readFileSync(checksums(folder, ["b", "a"]), "utf8")).toBe(
    `e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a\nba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  b\n`,
  )
})

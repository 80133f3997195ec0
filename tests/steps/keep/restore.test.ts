import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { expect, test } from "vitest"
import { restore } from "../../../core/steps/keep/restore.ts"
import { lay } from "../../../core/world/machine/walk.ts"
import { setting } from "../../support/keeping.ts"
import { makeFolder } from "../../support/repo.ts"
import { wholeFolder } from "../../support/wholeFolder.ts"
import { inWorld } from "../../support/world.ts"

type Entry = readonly [mode: string, name: string, oid: string]

/** A keep that osier wrote, and a way to write others like it whose trees nobody looked at. */
const forgery = async () => {
  const { repo, write, within, run } = await setting()
  write("new.txt", "new\n")
  const kept = await run()
  const hash = (type: "blob" | "tree", data: Buffer) =>
    execFileSync("git", ["hash-object", "-w", "-t", type, "--literally", "--stdin"], { cwd: repo.path, input: data }).toString().trim()
  const blob = (text: string) => hash("blob", Buffer.from(text))
  const tree = (...entries: readonly Entry[]) =>
    hash(
      "tree",
      Buffer.concat(entries.flatMap(([mode, name, oid]) => [Buffer.from(`${mode} ${name}\0`, "latin1"), Buffer.from(oid, "hex")])),
    )
  const message = repo.git("show", "-s", "--format=%B", kept?.commit ?? "")
  const commit = (of: string, text = message) => repo.git("commit-tree", of, "-p", "HEAD", "-m", text)
  return { repo, within, kept, message, blob, tree, commit }
}

test("of a keep that somebody forged nothing at all is written, whatever leads out of the folder", async () => {
  const { repo, blob, tree, commit, message } = await forgery()
  const x = blob("x\n")
  const sub = tree(["100644", "x.txt", x])
  const forged = {
    up: tree(["40000", "..", sub], ["100644", "a.txt", x]),
    here: tree(["40000", ".", sub]),
    encoded: tree(["100644", "=osier=../x.txt", x]),
    bytes: tree(["100644", "=osier=%2E%2E%2Fx.txt", x]),
    parent: tree(["40000", "=osier=%2E.", sub]),
    nothing: tree(["100644", "=osier=", x]),
    nul: tree(["100644", "=osier=a%00b", x]),
    through: tree(["120000", "lnk", blob("../../outside")], ["40000", "lnk", sub]),
    file: tree(["100644", "file", x], ["40000", "file", sub]),
  }
  const note = /^Notes: (\w+)$/m.exec(message)?.[1] ?? ""
  const noted = (notes: string) =>
    commit(tree(["100644", "a.txt", x]), message.replace(note, repo.git("commit-tree", notes, "-m", "notes")))
  const folders = JSON.stringify({ version: 1, modes: {}, emptyFolders: ["a/../../x.txt"], submodules: {}, left: [] })
  const keeps = {
    ...Object.fromEntries(Object.entries(forged).map(([name, of]) => [name, commit(of)])),
    folders: noted(tree(["100644", "manifest.json", blob(folders)])),
    state: noted(tree(["40000", "git", tree(["40000", "rebase-merge", tree(["40000", "..", tree(["40000", "..", sub])])])])),
  }
  for (const [name, keep] of Object.entries(keeps)) {
    for (const branch of [undefined, `again-${name}`]) {
      const above = makeFolder()
      mkdirSync(join(above, "outside"))
      const restored = inWorld(repo.path, Effect.flip(restore({ keep, into: join(above, "deep", "back"), branch })))
      expect([name, await restored]).toMatchObject([name, { _tag: "KeepForged", exit: 3 }])
      expect([name, readdirSync(above, { recursive: true })]).toEqual([name, ["outside"]])
    }
  }
  expect(repo.git("branch", "--list", "again-*")).toBe("")
})

test("a keep of odd names that lead nowhere else is given back", async () => {
  const { repo, blob, tree, commit } = await forgery()
  const x = blob("x\n")
  const keep = commit(tree(["100644", "...", x], ["100644", "..a", x], ["40000", "a\\..\\b", tree(["100644", " ", x])]))
  const into = join(makeFolder(), "back")
  await inWorld(repo.path, restore({ keep, into }))
  expect([...wholeFolder(into).keys()].toSorted()).toEqual(["...", "..a", "a\\..\\b/", "a\\..\\b/ "])
})

test("what is laid below a folder never goes through a link that stands there", async () => {
  const root = makeFolder()
  const outside = makeFolder()
  symlinkSync(outside, join(root, "lnk"))
  writeFileSync(join(root, "file"), "mine")
  const data = Buffer.from("x")
  const thing = { kind: "file", mode: 0o644, data } as const
  for (const names of [["lnk", "x"], ["lnk", "sub", "x"], ["file", "x"], ["file"], [".."], ["a", "..", "x"], []]) {
    const failed = await Effect.runPromise(Effect.flip(lay(root, names, thing)))
    expect(failed).toMatchObject({ _tag: "FileFailed" })
  }
  expect(await Effect.runPromise(Effect.flip(lay(root, ["lnk"], { ...thing, kind: "folder" })))).toMatchObject({ _tag: "FileFailed" })
  expect([readdirSync(outside), existsSync(join(dirname(root), "x")), readFileSync(join(root, "file"), "utf8")]).toEqual([
    [],
    false,
    "mine",
  ])
})

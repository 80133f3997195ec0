import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { makeHub } from "../support/clones.ts"
import { osier } from "../support/program.ts"
import { makeRepo } from "../support/repo.ts"

const onlyBranches = 'case "$1" in refs/heads/*) exit 0;; esac; echo only branches; exit 1'

describe("osier init --remote", () => {
  test("tries the remote out, leaves nothing there, and writes what it takes", async () => {
    const { bare, clone } = makeHub()
    const before = bare.refs()
    const [free, bound] = [clone(), clone()]
    const ran = await osier(free.path, "init", "--remote", "origin")
    expect(ran).toMatchObject({ code: 0, err: "" })
    expect(ran.out).toContain("remote: origin, which takes osier's refs below refs/osier/")
    const text = readFileSync(join(free.path, "osier.yaml"), "utf8")
    expect(text).toMatch(/^remote: origin$/m)
    expect(text).not.toMatch(/^namespace:/m)
    bare.hook("update", onlyBranches)
    const json = await osier(bound.path, "init", "--remote", "origin", "--json")
    expect(JSON.parse(json.out)).toMatchObject({ written: true, remote: "origin", namespace: "refs/heads/osier/" })
    expect(readFileSync(join(bound.path, "osier.yaml"), "utf8")).toMatch(/^namespace: refs\/heads\/osier\/ /m)
    expect(bare.refs()).toEqual(before)
    const again = await osier(bound.path, "init", "--remote", "origin")
    expect(again.out).toMatch(/left as it is[\s\S]*put this into osier\.yaml:\n {2}remote: origin\n {2}namespace: refs\/heads\/osier\//)
  })

  test("a remote that takes them nowhere, keeps them or is not there: exit 3, and no file", async () => {
    const { bare, clone } = makeHub()
    const repo = clone()
    bare.hook("pre-receive", "echo no thanks; exit 1")
    const refused = await osier(repo.path, "init", "--remote", "origin", "--json")
    expect(refused.code).toBe(3)
    expect(JSON.parse(refused.err).error).toMatchObject({ tag: "RemoteRefused" })
    bare.hook("pre-receive", "exit 0")
    bare.hook("update", onlyBranches)
    bare.git("config", "receive.denyDeletes", "true")
    const kept = await osier(repo.path, "init", "--remote", "origin", "--json")
    expect(JSON.parse(kept.err).error).toMatchObject({ tag: "ProbeLeft" })
    const gone = await osier(repo.path, "init", "--remote", "nowhere")
    expect(gone.code).toBe(3)
    expect(existsSync(join(repo.path, "osier.yaml"))).toBe(false)
  })

  test("without it nothing is pushed, and one line tells how to share", async () => {
    const { bare, clone } = makeHub()
    const before = bare.refs()
    const repo = clone()
    expect((await osier(repo.path, "init")).out.match(/osier init --remote origin/g)).toHaveLength(1)
    const other = makeRepo()
    expect((await osier(other.path, "init", "--remote", "origin", "--dry-run")).out).toMatch(/^remote: origin$/m)
    expect(bare.refs()).toEqual(before)
  })
})

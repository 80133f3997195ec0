import { expect, test } from "vitest"
import { makeHub } from "../support/clones.ts"
import { osier } from "../support/program.ts"

const settings = `remote: origin
namespace: refs/heads/osier/
agents: { scribe: { adapter: shell, command: ["sh", "-c", "mkdir -p notes; cat > notes/$OSIER_SLUG.md"] } }
agent: scribe
gates: { test: ["sh", "-c", "test -f README.md"] }
`

test.each([["may be rewritten"], ["may not be rewritten"]])(
  "two clones run one store through a host that takes only branches, which %s",
  async (kind) => {
    const { bare, clone } = makeHub({ "README.md": "# a\n", "osier.yaml": settings })
    bare.hook("update", 'case "$1" in refs/heads/*) exit 0;; esac; echo only branches; exit 1')
    if (kind.includes("not")) bare.git("config", "receive.denyNonFastForwards", "true")
    const [one, two] = [clone(), clone()]
    const added = await osier(one.path, "add", "First", "Second", "Third")
    expect(added).toMatchObject({ code: 0 })
    const [a, b] = await Promise.all([osier(one.path, "run", "-j2", "--json"), osier(two.path, "run", "-j2", "--json")])
    expect([a.code, b.code], `${a.out}${a.err}${b.out}${b.err}`).toEqual([0, 0])
    expect(bare.git("ls-tree", "-r", "--name-only", "main", "notes/").split("\n")).toEqual([
      "notes/first.md",
      "notes/second.md",
      "notes/third.md",
    ])
    // Each landed once, whoever did it.
    expect(bare.git("rev-list", "--count", "main")).toBe("4")
    const listed = await osier(two.path, "ls", "--all", "--json")
    expect(JSON.parse(listed.out).tasks.map(({ status }: { readonly status: string }) => status)).toEqual(["merged", "merged", "merged"])
    expect(Object.keys(bare.refs()).filter((ref) => !ref.startsWith("refs/heads/"))).toEqual([])
  },
  120_000,
)

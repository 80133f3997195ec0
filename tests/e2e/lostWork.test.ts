import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { osier } from "../support/program.ts"
import { makeFolder, makeRepo } from "../support/repo.ts"
import { wholeFolder } from "../support/wholeFolder.ts"
import { deeply } from "../support/deeply.ts"

/** An agent that leaves work of every kind, copies all of it away for the test, and fails. */
const wrecker = `set -e
echo committed > done.txt; echo 1 > tool.sh; chmod +x tool.sh
git add -A; git commit -q -m "work in progress"
echo changed >> README.md; echo dirty >> done.txt
echo staged > staged.txt; git add staged.txt; echo "and more" >> staged.txt
git rm -q --cached gone.txt; rm gone.txt
printf 'a\\000b\\r\\n' > loose.bin; mkdir -p "a b/ü"; echo x > "a b/ü/c'd.txt"; ln -s nowhere link; mkdir empty
printf 'tab\\tname' > "$(printf 'odd\\tname')"
mkdir build; echo ignored > build/out.o; chmod 640 build/out.o
git init -q inner; echo inner > inner/file.txt
echo "lines \\r" > crlf.txt
mkdir -p "$COPY"; cp -a . "$COPY/tree"; git log --format=%H%n%B > "$COPY/log"; git status --porcelain --ignored -uall > "$COPY/status"
exit 3`

test("a failing agent's work: every byte comes back by the very command that was printed", { timeout: 120_000 }, async () => {
  const copy = join(makeFolder(), "copy")
  const repo = makeRepo({
    "README.md": "# a\n",
    "gone.txt": "gone\n",
    ".gitignore": "build/\n",
    ".gitattributes": "*.txt text eol=crlf\n",
    "wreck.sh": wrecker,
    "osier.yaml": `agents: { wrecker: { adapter: shell, command: ["sh", "wreck.sh"] } }
tree: { env: { COPY: ${JSON.stringify(copy)} } }
gates: { test: { run: ["sh", "-c", "true"] } }
limits: { retries: 0 }
`,
  })
  const before = repo.git("rev-parse", "main")
  const { code, out } = await osier(repo.path, "run", "wreck it:wrecker")
  expect(code, out).toBe(1)
  const printed = /\((osier keep restore \S+)\)/.exec(out)?.[1]?.split(" ").slice(1)
  expect(printed, out).toBeDefined()
  expect(repo.git("rev-parse", "main")).toBe(before)
  expect(repo.git("branch", "--format=%(refname:short)")).toBe("main")
  expect(repo.git("status", "--porcelain")).toBe("")

  const back = await osier(repo.path, ...(printed ?? []), "--json")
  expect(back.code, back.err).toBe(0)
  const { path, branch } = JSON.parse(back.out)
  const own = (name: string) => name === ".git" || name === ".osier"
  expect(wholeFolder(path, own)).toEqual(wholeFolder(join(copy, "tree"), own))
  const there = makeRepoGit(path, repo.git)
  expect(there("log", "--format=%H%n%B")).toBe(readFileSync(join(copy, "log"), "utf8").replace(/\n$/, ""))
  expect(there("status", "--porcelain", "--ignored", "-uall")).toBe(readFileSync(join(copy, "status"), "utf8").replace(/\n$/, ""))
  expect(there("branch", "--show-current")).toBe(branch)
  expect(repo.git("fsck", "--strict", "--no-dangling")).not.toMatch(/error|missing/)
  // what was given back stays kept until somebody says otherwise
  expect((await osier(repo.path, "keep")).out).toMatch(/^1\/1 /m)
  expect((await osier(repo.path, ...(printed ?? []))).code).toBe(2)
})

const makeRepoGit =
  (path: string, git: (...args: readonly string[]) => string) =>
  (...args: readonly string[]) =>
    git("-C", path, ...args)

deeply("each attempt's work is kept on its own, and a discarded task's work stays", { timeout: 120_000 }, async () => {
  const repo = makeRepo({
    "README.md": "# a\n",
    "osier.yaml": `agents:
  tries: { adapter: shell, command: ["sh", "-c", "echo $OSIER_ATTEMPT > try.txt; echo $OSIER_ATTEMPT > only-$OSIER_ATTEMPT.txt; exit 1"] }
gates: { test: { run: ["sh", "-c", "true"] } }
limits: { retries: 0 }
`,
  })
  expect((await osier(repo.path, "run", "try:tries")).code).toBe(1)
  expect((await osier(repo.path, "retry", "1")).code).toBe(1)
  const { keeps } = JSON.parse((await osier(repo.path, "keep", "--json")).out)
  expect(keeps).toMatchObject([
    { task: "1", attempt: "1" },
    { task: "1", attempt: "2" },
  ])
  for (const attempt of ["1", "2"]) {
    const into = join(makeFolder(), "back")
    expect((await osier(repo.path, "keep", "restore", `1/${attempt}`, "--to", into)).code).toBe(0)
    expect(readFileSync(join(into, "try.txt"), "utf8")).toBe(`${attempt}\n`)
    expect(readFileSync(join(into, `only-${attempt}.txt`), "utf8")).toBe(`${attempt}\n`)
  }
  expect((await osier(repo.path, "discard", "1")).code).toBe(0)
  expect((await osier(repo.path, "clean")).code).toBe(0)
  expect(JSON.parse((await osier(repo.path, "keep", "--json")).out).keeps).toHaveLength(2)
  const dropped = await osier(repo.path, "keep", "drop", "1/1", "--yes")
  expect(dropped.out).toMatch(/dropped 1\/1.*\([0-9a-f]{40}\)/)
  expect(JSON.parse((await osier(repo.path, "keep", "--json")).out).keeps).toMatchObject([{ attempt: "2" }])
})

import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, expect, test } from "vitest"
import { eventsIn, osier, type Ran } from "../support/program.ts"
import { makeFolder, makeRepo } from "../support/repo.ts"

const settings = `agents:
  scribe: { adapter: shell, command: ["sh", "-c", "mkdir -p notes && cat > notes/$OSIER_SLUG.md"] }
agent: scribe
gates: { test: { run: ["sh", "check.sh"] } }
limits: { retries: 0 }
`
const files = { "README.md": "# a\n", "check.sh": "test -f README.md\n", "osier.yaml": settings }

/** git in any folder, without what the user's own settings say. */
const gitIn =
  (cwd: string) =>
  (...args: readonly string[]): string =>
    execFileSync("git", ["-c", "user.name=Dev", "-c", "user.email=dev@example.com", ...args], {
      cwd,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    }).replace(/\n$/, "")

const landed = ({ code, out, err }: Ran) => {
  expect(code, out + err).toBe(0)
  expect(out).toContain("The task landed")
}

/** A repository made by hand, in a folder of any name. */
const repoAt = (path: string, ...init: readonly string[]) => {
  mkdirSync(path, { recursive: true })
  const git = gitIn(path)
  git("init", "-q", "-b", "main", ...init)
  git("config", "user.name", "Dev")
  git("config", "user.email", "dev@example.com")
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text)
  git("add", "-A")
  git("commit", "-q", "-m", "init")
  return git
}

describe("it lands, and leaves everything as it was, in", { timeout: 120_000 }, () => {
  const names = ["with spaces and 'quotes'", "ünï—コード 🌾", "-starts-with-a-dash", '$HOME `x` "q" \\b', "a.git", "[glob]*?"]
  test.each(names)("a folder called %s", async (name) => {
    const path = join(makeFolder(), "above " + name, name)
    const git = repoAt(path)
    writeFileSync(join(path, "mine ö.txt"), "mine")
    const before = git("status", "--porcelain", "-z")
    landed(await osier(path, "run", "Write ünïcode: 'notes' & \"more\" $(true)"))
    expect(git("status", "--porcelain", "-z")).toBe(before)
    expect(
      git("worktree", "list", "--porcelain", "-z")
        .split("\0")
        .filter((line) => line.startsWith("worktree ")),
    ).toHaveLength(1)
    expect(git("branch", "--format=%(refname)")).toBe("refs/heads/main")
    expect(git("log", "-1", "--format=%s", "main")).toContain("$(true)")
    expect(git("ls-tree", "--name-only", "main", "notes/")).not.toBe("")
  })

  test("a repository whose files have odd names, and an agent that makes more of them", async () => {
    const path = join(makeFolder(), "repo")
    const git = repoAt(path)
    const odd = ["tab\there", "-rf", ":(glob)*", "quote\"'", "back\\slash", "nul-free \u0001", "ü", " leading", "trailing ", "*"]
    const agent = odd.map((name) => `printf %s 1 > './new ${name.replaceAll("'", `'\\''`)}'`).join("\n")
    for (const name of odd) writeFileSync(join(path, name), name)
    writeFileSync(join(path, "odd.sh"), `${agent}\n`)
    writeFileSync(join(path, "osier.yaml"), settings.replace("agents:", `agents:\n  odd: { adapter: shell, command: ["sh", "odd.sh"] }`))
    git("add", "-A")
    git("commit", "-qm", "odd")
    for (const name of odd) writeFileSync(join(path, `own ${name}`), name)
    const before = git("status", "--porcelain", "-z")
    landed(await osier(path, "run", "make them:odd"))
    expect(git("status", "--porcelain", "-z")).toBe(before)
    for (const name of odd) expect(readFileSync(join(path, `new ${name}`), "utf8")).toBe("1")
  })

  test("a linked worktree: the branch checked out there is the target", async () => {
    const repo = makeRepo(files)
    const linked = join(dirname(repo.path), "linked")
    repo.git("worktree", "add", "-q", "-b", "side", linked)
    writeFileSync(join(linked, "mine.txt"), "mine")
    const main = repo.git("rev-parse", "main")
    landed(await osier(linked, "run", "from the side"))
    expect(repo.git("rev-parse", "main")).toBe(main)
    expect(repo.git("status", "--porcelain")).toBe("")
    expect(gitIn(linked)("status", "--porcelain")).toBe("?? mine.txt")
    expect(existsSync(join(linked, "notes/from-the-side.md"))).toBe(true)
    expect(repo.git("worktree", "list").split("\n")).toHaveLength(2)
    // and from there for the branch of the other one, whose checkout comes along
    landed(await osier(linked, "run", "--target", "main", "for main"))
    expect(existsSync(join(repo.path, "notes/for-main.md"))).toBe(true)
    expect(repo.git("status", "--porcelain")).toBe("")
  })

  test("a subfolder", async () => {
    const repo = makeRepo({ ...files, "deep/er/file.txt": "x\n" })
    const inside = join(repo.path, "deep/er")
    landed(await osier(inside, "run", "from below"))
    expect(existsSync(join(repo.path, "notes/from-below.md"))).toBe(true)
    expect(readdirSync(inside)).toEqual(["file.txt"])
    writeFileSync(join(inside, "plan.yaml"), "tasks:\n  - from a plan\n")
    landed(await osier(inside, "run", "--from", "plan.yaml"))
    expect(existsSync(join(repo.path, "notes/from-a-plan.md"))).toBe(true)
  })

  test("a bare repository, when the target is named", async () => {
    const repo = makeRepo(files)
    const bare = join(dirname(repo.path), "bare.git")
    repo.git("clone", "-q", "--bare", repo.path, bare)
    const refused = await osier(bare, "run", "a")
    expect(refused.code).toBe(2)
    expect(refused.err).toContain("--target main")
    const { code, out, err } = await osier(bare, "run", "--target", "main", "bare it")
    expect(code, out + err).toBe(0)
    expect(gitIn(bare)("ls-tree", "--name-only", "main", "notes/")).toBe("notes/bare-it.md")
    expect(gitIn(bare)("worktree", "list").split("\n")).toHaveLength(1)
  })

  test("a detached HEAD, when the target is named", async () => {
    const repo = makeRepo(files)
    repo.git("checkout", "-q", "--detach")
    const head = repo.git("rev-parse", "HEAD")
    const refused = await osier(repo.path, "run", "a")
    expect(refused.code).toBe(2)
    expect(refused.err).toMatch(/detached[\s\S]*--target main/)
    expect(repo.git("for-each-ref", "refs/osier")).toBe("")
    landed(await osier(repo.path, "run", "--target", "main", "detached"))
    expect(repo.git("rev-parse", "HEAD")).toBe(head)
    expect(repo.git("status", "--porcelain")).toBe("")
    expect(repo.git("ls-tree", "--name-only", "main", "notes/")).toBe("notes/detached.md")
  })

  test("a shallow clone", async () => {
    const repo = makeRepo(files)
    repo.commit("second", { "b.txt": "b\n" })
    const clone = join(dirname(repo.path), "clone")
    repo.git("clone", "-q", "--depth", "1", `file://${repo.path}`, clone)
    const git = gitIn(clone)
    git("config", "user.name", "Dev")
    git("config", "user.email", "dev@example.com")
    const shallow = readFileSync(join(clone, ".git/shallow"), "utf8")
    landed(await osier(clone, "run", "in the shallows"))
    expect(readFileSync(join(clone, ".git/shallow"), "utf8")).toBe(shallow)
    expect(git("rev-list", "--count", "main")).toBe("2")
    expect(git("status", "--porcelain")).toBe("")
  })

  test("a repository of sha256", async () => {
    const path = join(makeFolder(), "repo")
    const git = repoAt(path, "--object-format=sha256")
    landed(await osier(path, "run", "longer names"))
    expect(git("rev-parse", "main")).toHaveLength(64)
    expect(existsSync(join(path, "notes/longer-names.md"))).toBe(true)
    expect(git("fsck", "--strict", "--no-dangling")).not.toMatch(/error|missing/)
  })

  test("a repository whose trees are to lie inside of it", async () => {
    const repo = makeRepo({ ...files, "osier.yaml": `${settings}tree: { root: .trees }\n` })
    landed(await osier(repo.path, "run", "inside"))
    expect(repo.git("status", "--porcelain", "--untracked-files=all")).toBe("")
    const { tree = "" } = eventsIn(join(repo.path, ".git")).find((event) => event.type === "TreeMade") ?? {}
    expect(realpathSync(dirname(tree))).toBe(join(repo.path, ".trees"))
    expect(existsSync(tree)).toBe(false)
  })

  test("a repository that is a submodule of another, with its git folder elsewhere", async () => {
    const repo = makeRepo(files)
    const outer = join(makeFolder(), "outer")
    const git = repoAt(outer)
    git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", repo.path, "inner")
    git("commit", "-qm", "with a submodule")
    const inner = join(outer, "inner")
    landed(await osier(inner, "run", "from within"))
    expect(existsSync(join(inner, "notes/from-within.md"))).toBe(true)
    expect(gitIn(inner)("status", "--porcelain")).toBe("")
  })
})

describe("it is told before anything is made, in", { timeout: 120_000 }, () => {
  test("a repository with a branch called task", async () => {
    const repo = makeRepo(files)
    repo.git("branch", "task")
    const { code, err } = await osier(repo.path, "run", "a")
    expect(code).toBe(3)
    expect(err).toContain("git branch -m task task-branch")
    expect(repo.git("for-each-ref", "refs/osier")).toBe("")
    expect(existsSync(`${repo.path}.osier`)).toBe(false)
  })

  test("a repository without a commit, and a folder that is none", async () => {
    const path = makeFolder()
    const none = await osier(path, "run", "a:shell")
    expect(none.code).toBe(3)
    gitIn(path)("init", "-q", "-b", "main")
    writeFileSync(join(path, "osier.yaml"), settings)
    const empty = await osier(path, "run", "a")
    expect(empty.code).toBe(2)
    expect(empty.err).toContain("main has no commit")
    expect(readdirSync(path).toSorted()).toEqual([".git", "osier.yaml"])
  })
})

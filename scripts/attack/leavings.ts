import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { unless } from "./assault.ts"
import type { Assault } from "./assault.ts"
import { straysOf } from "./strays.ts"

/** Agents and people that leave something lying about. */
export const leavings: readonly Assault[] = [
  {
    name: "a new repository inside of the tree",
    expected: { landed: ["later"], mayStay: /^(tree|branches|\d+ trees)/ },
    act: async (at) => {
      at.agent("cargo", "git init -q sub; mkdir -p sub/src; echo 'fn main() {}' > sub/src/main.rs; echo x > notes/cargo.md")
      const { code } = await at.osier("run", "cargo")
      const first = at.attempts().length
      await at.osier("run", "later")
      return [
        ...unless((await at.statusOf("cargo")) !== "running", `it is stuck as running, exit ${code ?? "a signal"}`),
        ...unless(at.attempts().filter((title) => title === "cargo").length === first, "it was paid again by the next run"),
      ]
    },
  },
  {
    name: "an index.lock in the tree",
    expected: { landed: ["later"], mayStay: /^(tree|branches|\d+ trees)/ },
    act: async (at) => {
      at.agent("locker", `echo x > notes/locker.md; : > "$(git rev-parse --git-dir)/index.lock"`)
      await at.osier("run", "locker")
      await at.osier("run", "later")
      return unless((await at.statusOf("locker")) !== "running", "it is stuck as running")
    },
  },
  {
    name: "somebody looks at a task's branch in a tree of their own",
    expected: { landed: ["one", "two"], mayStay: /^(branches|\d+ trees|tree look)/ },
    act: async (at) => {
      await at.osier("run", "--land", "review", "one")
      const branch = await at.git("branch", "--list", "task/*", "--format=%(refname:short)")
      await at.git("worktree", "add", "-q", join(at.folder, "look"), branch)
      const ends = [await at.osier("land", "1"), await at.osier("run", "two"), await at.osier("clean")]
      return ends.flatMap(({ code, said }) => unless(code === 0, `exit ${code ?? "a signal"}: ${said.slice(-200)}`))
    },
  },
  {
    name: "a daemon without session, mark and folder",
    expected: { landed: ["daemon"] },
    act: async (at) => {
      at.agent(
        "daemon",
        `(cd / && env -i setsid sh -c 'exec sleep 321' "${at.folder}" >/dev/null 2>&1 &); sleep 1; echo x > notes/daemon.md`,
      )
      const before = new Set(sleepers())
      const { said } = await at.osier("run", "daemon")
      const alive = sleepers().filter((pid) => !before.has(pid))
      const named = alive.every((pid) => said.includes(String(pid)))
      for (const pid of alive) process.kill(pid, "SIGKILL")
      return unless(named, `${alive.length} processes live on, and none is named`)
    },
  },
  {
    name: "a lock file of git that its dead owner left",
    expected: { landed: ["job"], mayStay: /lock file/ },
    act: async (at) => {
      const lock = join(at.repo, ".git/refs/heads/main.lock")
      writeFileSync(lock, "")
      const stuck = await at.osier("run", "job")
      const doctor = await at.osier("doctor")
      const { rmSync } = await import("node:fs")
      rmSync(lock, { force: true })
      const free = await at.osier("run")
      return [
        ...unless(!stuck.late, "the run never ended"),
        ...unless(stuck.code === 0 || stuck.said.includes("main.lock"), "the file is not named by the run"),
        ...unless(stuck.code === 0 || doctor.said.includes("main.lock"), "the file is not named by doctor"),
        ...unless(free.code === 0, `exit ${free.code ?? "a signal"} when the lock was gone`),
      ]
    },
  },
  {
    name: "a keep that climbs out of its folder",
    expected: { landed: [], mayStay: /./ },
    act: async (at) => {
      at.agent("fails", "echo x > kept.txt; exit 1")
      await at.osier("run", "fails")
      const keep = await at.git("for-each-ref", "--count=1", "--format=%(refname)", "refs/osier/keep")
      const forged = await climbing(at.repo, at.git, keep)
      await at.git("update-ref", keep, forged)
      const to = join(at.folder, "deep", "restored")
      await at.osier("keep", "restore", keep.split("/").slice(-2).join("/"), "--to", to)
      const outside = readdirSync(at.folder).includes("escaped") || readdirSync(join(at.folder, "tmp")).includes("escaped")
      const beside = straysOf(to).length === 0
      return [...unless(!outside, "a file was written outside"), ...unless(beside, "a process was started")]
    },
  },
]

/** Processes that sleep as long as the daemon of this attack. */
const sleepers = (): readonly number[] =>
  readdirSync("/proc").flatMap((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, "utf8") === ["sleep", "321", ""].join("\0") ? [Number(name)] : []
    } catch {
      return []
    }
  })

/** The same keep with a tree in which a name leads upwards, as no git would write it. */
const climbing = async (repo: string, git: (...args: readonly string[]) => Promise<string>, keep: string): Promise<string> => {
  const file = join(repo, ".git", "climbing")
  writeFileSync(file, "out\n")
  const blob = await git("hash-object", "-w", file)
  const entry = (mode: string, name: string, oid: string) => Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, "hex")])
  const written = async (bytes: Buffer): Promise<string> => {
    writeFileSync(file, bytes)
    return git("hash-object", "-w", "-t", "tree", "--literally", file)
  }
  const inner = await written(entry("100644", "escaped", blob))
  const middle = await written(entry("40000", "..", inner))
  const outer = await written(entry("40000", "..", middle))
  return git("commit-tree", "-p", keep, "-m", await git("log", "-1", "--format=%B", keep), outer)
}

import { chmodSync, existsSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { connect } from "../../core/client.ts"
import type { Event } from "../../core/domain/event/event.ts"
import { readServerFile } from "../../core/world/machine/serverFile.ts"
import { startOsier } from "../support/program.ts"
import { makeFolder, makeRepo, type Repo } from "../support/repo.ts"
import { osierWays } from "../support/runtimes.ts"
import { socketOf } from "../support/socketHouse.ts"
import { wholeFolder } from "../support/wholeFolder.ts"

const scribe = `
agents:
  scribe: { adapter: shell, command: ["sh", "-c", "mkdir -p notes && cat > notes/$OSIER_SLUG.md"] }
`

/** What a repository looks like to its user, apart from what was asked for. */
const seenBy = (repo: Repo) => ({
  files: wholeFolder(repo.path, (path) => path === ".git" || /^notes\/[abc]\.md$/.test(path)),
  index: repo
    .git("ls-files", "--stage")
    .split("\n")
    .filter((line) => !/\tnotes\/[abc]\.md$/.test(line)),
  status: repo.git("status", "--porcelain", "--ignored", "--untracked-files=all"),
  staged: repo.git("diff", "--cached"),
  unstaged: repo.git("diff"),
  stash: repo.git("stash", "list"),
  branches: repo.git("branch", "--format=%(refname) %(HEAD)"),
  worktrees: repo.git("worktree", "list", "--porcelain").replace(/^HEAD .*$/gm, ""),
  config: readFileSync(join(repo.path, ".git/config"), "utf8"),
})

/** Work of the user's of every kind: changed, staged, both, deleted, renamed, made executable, linked, untracked, ignored. */
const busy = (repo: Repo): void => {
  repo.write("dirty.txt", "mine\r\n")
  repo.write("staged.txt", "staged\n")
  repo.write("both.txt", "first\n")
  repo.git("add", "staged.txt", "both.txt")
  repo.write("both.txt", "second\n")
  repo.write("fresh.txt", "fresh\n")
  repo.git("add", "fresh.txt")
  repo.git("mv", "old.txt", "new.txt")
  rmSync(join(repo.path, "gone.txt"))
  chmodSync(join(repo.path, "tool.sh"), 0o755)
  repo.write("notes/mine.txt", "untracked, beside what comes\n")
  writeFileSync(join(repo.path, "bytes.bin"), Buffer.from([0, 255, 10, 13, 0]))
  repo.write("build/out.o", "ignored\n")
  symlinkSync("nowhere", join(repo.path, "link"))
}

const tracked = ["dirty", "staged", "both", "old", "gone"]
const project = {
  "package.json": '{ "scripts": { "test": "node check.js" } }\n',
  "check.js": 'if (require("node:fs").existsSync("broken")) process.exit(1)\n',
  ".gitignore": "build/\n",
  "tool.sh": "true\n",
  ...Object.fromEntries(tracked.map((name) => [`${name}.txt`, `${name}\n`])),
}

/** TypeScript that any of the ways must take as it is; it waits for a file, so that a listener can see it at work. */
const plugin = `import { existsSync, writeFileSync } from "node:fs"
interface Job { readonly cwd: string; readonly prompt: string; readonly env: Readonly<Record<string, string>> }
type Ended = { readonly ok: boolean; readonly reason: string }
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
export default {
  name: "my-agent",
  detect: async (): Promise<{ found: boolean }> => ({ found: true }),
  async *run(job: Job, signal: AbortSignal): AsyncGenerator<unknown> {
    yield { type: "started", session: "s1" }
    yield { type: "said", text: "waiting" }
    while (!existsSync(job.env["GO"] ?? "") && !signal.aborted) await pause(20)
    writeFileSync(\`\${job.cwd}/plugged.txt\`, job.prompt)
    const outcome = { ok: true, reason: "written" } satisfies Ended
    yield { type: "ended", outcome }
  },
}
`

const jsonLines = (text: string): readonly Event[] =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))

const ways = await osierWays()

describe.each(ways)("on $title", (way) => {
  const on = (repo: Repo, ...args: readonly string[]) => startOsier(way, repo.path, args)

  test.skipIf(way.missing !== undefined)(
    "init, then three tasks at once: all land, and all that is the user's is as it was",
    { timeout: 120_000 },
    async () => {
      const repo = makeRepo(project)
      const wrote = await on(repo, "init").ended
      expect(wrote.code, wrote.err).toBe(0)
      const settings = join(repo.path, "osier.yaml")
      writeFileSync(settings, readFileSync(settings, "utf8") + scribe)
      busy(repo)
      const before = seenBy(repo)

      const { code, out, err } = await on(repo, "run", "-j", "3", "a:scribe", "b:scribe", "c:scribe").ended
      expect(code, out + err).toBe(0)
      expect(out).toContain("All 3 tasks landed")
      expect(seenBy(repo)).toEqual(before)
      for (const name of ["a", "b", "c"]) {
        const file = `notes/${name}.md`
        expect(readFileSync(join(repo.path, file), "utf8")).toContain(name)
        expect(repo.git("show", `main:${file}`)).toBe(readFileSync(join(repo.path, file), "utf8").replace(/\n$/, ""))
      }
      expect(repo.git("rev-list", "--count", "--first-parent", "main")).toBe("4")
      expect(repo.git("fsck", "--strict", "--no-dangling")).not.toMatch(/error|missing/)
      expect(existsSync(join(repo.path, ".git/osier/server.json"))).toBe(false)

      const story = jsonLines((await on(repo, "events", "--json", "--since", "0").ended).out)
      expect(story.map(({ seq }) => seq)).toEqual(story.map((_, at) => at + 1))
      for (const task of [1, 2, 3]) {
        const own = story.filter((event) => ("task" in event && event.task === task) || ("tasks" in event && event.tasks.includes(task)))
        const order = [
          "TaskAdded",
          "TaskClaimed",
          "TreeMade",
          "AttemptStarted",
          "AgentStarted",
          "AgentEnded",
          "WorkCommitted",
          "GateJudged",
        ]
        const after = ["TaskCompleted", "Queued", "Landed", "TaskMerged"]
        const places = [...order, ...after].map((type) => own.find((event) => event.type === type)?.seq ?? 0)
        expect(places).not.toContain(0)
        expect(places).toEqual(places.toSorted((a, b) => a - b))
      }
      const tips = story.flatMap((event) => (event.type === "Landed" ? [event.commit] : []))
      expect(repo.git("rev-list", "--first-parent", "--reverse", "main").split("\n").slice(1)).toEqual(tips)
      expect(story.at(-1)).toMatchObject({ type: "RunEnded", exit: 0, landed: [1, 2, 3] })

      const { checks } = JSON.parse((await on(repo, "doctor", "--json").ended).out)
      const by = { node: "node", deno: "deno", bun: "bun", binary: "(?:bun|deno)" }[way.name]
      expect(checks).toContainEqual(
        expect.objectContaining({ name: "osier", found: expect.stringMatching(new RegExp(`^\\S+ on ${by} \\d+\\.\\d+\\.\\d+, `)) }),
      )
      expect(checks).toContainEqual(expect.objectContaining({ name: "agent scribe", state: "good", found: "found" }))
    },
  )

  test.skipIf(way.missing !== undefined)(
    "a plugin by path works at a task, and a program that listens sees it happen; a foreign page sees nothing",
    { timeout: 120_000 },
    async () => {
      const go = join(makeFolder(), "go")
      const yaml = `plugins: ["./my-agent.ts"]\nagents: { mine: { adapter: my-agent } }\nagent: mine\ntree: { env: { GO: ${JSON.stringify(go)} } }\n`
      const gates = `gates: { test: { run: ["sh", "-c", "test -f README.md"] } }\n`
      const repo = makeRepo({ "README.md": "# a\n", "osier.yaml": yaml + gates, "my-agent.ts": plugin })
      const directory = join(repo.path, ".git/osier")
      const run = on(repo, "run", "--json", "plug it in")
      const stream = connect({ directory })
      const heard: Event[] = []
      for await (const event of stream) {
        heard.push(event)
        if (event.type === "AgentSaid") {
          // heard while the agent is at it: it only goes on when this test says so
          expect(event.text).toBe("waiting")
          expect(statSync(join(directory, "server.json")).mode & 0o777).toBe(0o600)
          const { port = 0, token = "" } = (await readServerFile(directory)) ?? {}
          const authorization = `Bearer ${token}`
          for (const [headers, status] of [
            [{ authorization, origin: "https://evil.example" }, 403],
            [{ authorization: "Bearer guessed" }, 401],
            [{ authorization }, 101],
          ] as const) {
            using socket = socketOf(`ws://127.0.0.1:${port}/events?since=0`, headers)
            expect(await socket.status).toBe(status)
          }
          writeFileSync(go, "")
        }
        if (event.type === "RunEnded") break
      }
      const { code, out, err } = await run.ended
      expect(code, out + err).toBe(0)
      expect(readFileSync(join(repo.path, "plugged.txt"), "utf8")).toContain("plug it in")
      const story = jsonLines((await on(repo, "events", "--json", "--since", "0").ended).out)
      expect(heard).toEqual(story)
      expect(jsonLines(out)).toEqual(story.slice(1))
      expect(existsSync(join(directory, "server.json"))).toBe(false)
    },
  )
})

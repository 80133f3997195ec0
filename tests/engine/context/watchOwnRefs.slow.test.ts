import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test, vi } from "vitest"
import { Journal } from "../../../core/world/journal/journal.ts"
import { makeStage } from "../../support/engine.ts"
import { makeFolder } from "../../support/repo.ts"

test(
  "keeps, records and locks that an agent deletes or forges past git's hooks come back, and are told",
  { timeout: 120_000 },
  async () => {
    const folder = makeFolder()
    const agent = [
      "p() { env -i PATH=$PATH git update-ref $@; }",
      `touch ${folder}/begun; while [ ! -e ${folder}/go ]; do sleep 0.05; done`,
      "p -d refs/osier/keep/1/1; p -d refs/osier/keep/2/1; p -d refs/osier/tasks/1; p -d refs/osier/locks/task/3",
      "p refs/osier/tasks/4 $(git -c user.name=x -c user.email=x@y commit-tree refs/osier/tasks/3^{tree} -m forged)",
      "echo 1 > $OSIER_SLUG.txt",
    ]
    writeFileSync(join(folder, "thief.sh"), agent.join("\n"))
    const { act, repo, run, events } = makeStage(`
agents:
  scribe: { adapter: shell, command: ["sh", "-c", "cat > $OSIER_SLUG.txt"] }
  wrecker: { adapter: shell, command: ["sh", "-c", "echo 1 > half.txt; exit 3"] }
  thief: { adapter: shell, command: ["sh", "${folder}/thief.sh"] }
gates: { test: { run: ["sh", "-c", "true"] } }
limits: { retries: 0 }
`)
    expect((await run(["one:wrecker", "two:wrecker"])).failed).toHaveLength(2)
    const standing = (...refs: readonly string[]) => repo.git("for-each-ref", "--format=%(refname) %(objectname)", ...refs)
    const before = standing("refs/osier/keep/1", "refs/osier/tasks/1")
    expect(before.split("\n")).toHaveLength(2)
    const going = run({
      plan: `tasks:\n  - { id: three, title: three, agent: thief }\n  - { id: four, title: four, agent: scribe, needs: [three] }\n`,
    })
    await vi.waitFor(() => expect(existsSync(join(folder, "begun"))).toBe(true), { timeout: 120_000 })
    // A person gives one of the keeps up meanwhile, and osier says so in the journal before it goes.
    const commit = repo.git("rev-parse", "refs/osier/keep/2/1")
    await act(Journal.use((journal) => journal.append({ type: "KeepDropped", ref: "refs/osier/keep/2/1", commit })))
    writeFileSync(join(folder, "go"), "")
    expect(await going).toMatchObject({ exit: 0, landed: [{ title: "three" }, { title: "four" }] })
    expect(standing("refs/osier/keep/1", "refs/osier/tasks/1")).toBe(before)
    expect(standing("refs/osier/keep/2")).toBe("")
    expect(repo.git("show", "main:four.txt")).toContain("four")
    const restored = events().flatMap((event) => (event.type === "RefRestored" ? [event.ref] : []))
    const lost = ["refs/osier/keep/1/1", "refs/osier/locks/task/3", "refs/osier/tasks/1", "refs/osier/tasks/4"]
    expect(restored.toSorted()).toEqual(lost)
  },
)

import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { alive } from "../support/alive.ts"
import { eventsIn, osier } from "../support/program.ts"
import { makeFolder, makeRepo } from "../support/repo.ts"
import { deeply } from "../support/deeply.ts"

/** A repository with one script for each agent. */
const withAgents = (agents: Readonly<Record<string, string>>, more = "limits: { retries: 0 }\n") => {
  const notes = makeFolder()
  const repo = makeRepo({
    "README.md": "# a\n",
    "check.sh": "if [ -e bad.txt ]; then echo 'the test of bad.txt says no'; exit 1; fi\n",
    ...Object.fromEntries(Object.entries(agents).map(([name, text]) => [`agents/${name}.sh`, text])),
    "osier.yaml": `agents:
${Object.keys(agents)
  .map((name) => `  ${name}: { adapter: shell, command: ["sh", "agents/${name}.sh"] }`)
  .join("\n")}
gates: { test: { run: ["sh", "check.sh"] } }
tree: { env: { NOTES: ${JSON.stringify(notes)} } }
${more}`,
  })
  return { repo, notes, note: (name: string) => readFileSync(join(notes, name), "utf8") }
}

test("an attempt that takes too long or says nothing is stopped, is kept, and holds up nobody", { timeout: 120_000 }, async () => {
  const { repo, note } = withAgents({
    slow: "echo $$ > $NOTES/slow; echo part > part.txt; while true; do echo busy; sleep 0.2; done",
    silent: "echo $$ > $NOTES/silent; echo half > half.txt; sleep 600",
    quick: "echo 1 > quick.txt",
  })
  repo.write(
    "plan.yaml",
    `tasks:
  slow: { title: slow, agent: slow, limits: { attempt: 3s } }
  silent: { title: silent, agent: silent, limits: { idle: 2s } }
  quick: { title: quick, agent: quick }
`,
  )
  const { code, out } = await osier(repo.path, "run", "--from", "plan.yaml")
  expect(code, out).toBe(1)
  expect(out).toMatch(/✗ #1 +slow\n +work: its time of 3 s was over\n/)
  expect(out).toMatch(/✗ #2 +silent\n +work: no sign of life for 2 s\n/)
  expect(out).toMatch(/✓ #3 +quick/)
  for (const name of ["slow", "silent"]) expect({ name, alive: alive(Number(note(name))) }).toEqual({ name, alive: false })
  expect(repo.git("show", "refs/osier/keep/1/1:part.txt")).toBe("part")
  expect(repo.git("show", "refs/osier/keep/2/1:half.txt")).toBe("half")
})

deeply("a retry is given what the last attempt came to, in its prompt and in a file, and can do better", { timeout: 120_000 }, async () => {
  const { repo, notes, note } = withAgents(
    {
      learns: `cat > $NOTES/prompt-$OSIER_ATTEMPT
if [ -n "$OSIER_EVIDENCE" ]; then cp "$OSIER_EVIDENCE" $NOTES/evidence-$OSIER_ATTEMPT; rm bad.txt; echo 1 > good.txt
else echo 1 > bad.txt; fi`,
      stumbles: `if [ $OSIER_ATTEMPT = 1 ]; then echo "I could not find the door" >&2; exit 4; fi
cp "$OSIER_EVIDENCE" $NOTES/stumbled; echo 1 > found.txt`,
      never: "echo $OSIER_ATTEMPT >> $NOTES/never; exit 1",
      missing: "echo $OSIER_ATTEMPT >> $NOTES/missing; exit 127",
    },
    "limits: { retries: 2 }\n",
  )
  const { code, out } = await osier(repo.path, "run", "learn:learns", "stumble:stumbles", "never:never", "missing:missing")
  expect(code, out).toBe(1)
  expect(out).toMatch(/✓ #1 +learn/)
  expect(out).toMatch(/✓ #2 +stumble/)
  expect(note("evidence-2")).toContain("the test of bad.txt says no")
  expect(note("prompt-2")).toContain("the test of bad.txt says no")
  expect(note("prompt-1")).not.toContain("the test of bad.txt says no")
  expect(note("stumbled")).toContain("I could not find the door")
  expect(existsSync(join(notes, "evidence-1"))).toBe(false)
  // a task's own failure has its budget; what no further attempt can mend is tried once
  expect(note("never")).toBe("1\n2\n3\n")
  expect(note("missing")).toBe("1\n")
  const failed = eventsIn(join(repo.path, ".git")).flatMap((event) => (event.type === "TaskFailed" ? [[event.task, event.class]] : []))
  expect(Object.fromEntries(failed)).toEqual({ 3: "work", 4: "environment" })
  expect(repo.git("ls-files", "bad.txt", "good.txt", "found.txt").split("\n")).toEqual(["found.txt", "good.txt"])
})

test("an agent that changes nothing, or says it did, has done nothing", { timeout: 120_000 }, async () => {
  const { repo } = withAgents({
    idle: "echo all done",
    undone: "echo 1 > a.txt; git add a.txt; git commit -qm a; git reset -q --hard HEAD~1",
  })
  const { code, out } = await osier(repo.path, "run", "idle:idle", "undone:undone")
  expect(code, out).toBe(1)
  expect(out.match(/changed nothing/g)?.length).toBeGreaterThanOrEqual(2)
  expect(repo.git("rev-list", "--count", "main")).toBe("1")
})

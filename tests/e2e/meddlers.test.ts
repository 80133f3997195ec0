import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { alive } from "../support/alive.ts"
import { eventsIn, osier } from "../support/program.ts"
import { makeFolder, makeRepo } from "../support/repo.ts"
import { deeply } from "../support/deeply.ts"

/** A repository whose gate is a script, with one agent for each way around it. */
const guarded = (agents: Readonly<Record<string, string>>) =>
  makeRepo({
    "README.md": "# a\n",
    "package.json": '{ "scripts": { "test": "sh check.sh" } }\n',
    "check.sh": "test ! -e broken\n",
    ...Object.fromEntries(Object.entries(agents).map(([name, text]) => [`agents/${name}.sh`, text])),
    "osier.yaml": `agents:
${Object.keys(agents)
  .map((name) => `  ${name}: { adapter: shell, command: ["sh", "agents/${name}.sh"] }`)
  .join("\n")}
gates: { test: { run: ["sh", "check.sh"], protect: ["golden/**"] } }
limits: { retries: 0 }
`,
  })

deeply("whoever changes what judges does not land, whichever way it is tried", { timeout: 120_000 }, async () => {
  const repo = guarded({
    script: "echo true > check.sh; echo x > broken",
    settings: `sed -i 's/"check.sh"/"-c", "true"/' osier.yaml; echo x > broken`,
    nogate: "sed -i '/^gates/d' osier.yaml; echo x > broken",
    golden: "mkdir -p golden; echo 42 > golden/answer; echo x > fine.txt",
    quiet: "echo '# a remark' >> check.sh",
    moves: "git mv check.sh other.sh; echo true > check.sh; echo x > broken",
    link: "echo true > easy.sh; ln -sf easy.sh check.sh; echo x > broken",
    mode: "chmod +x check.sh; echo 1 > plain.txt",
    fine: "echo fine > honest.txt",
  })
  const before = repo.git("rev-parse", "main")
  const names = ["script", "settings", "nogate", "golden", "quiet", "moves", "link", "mode"]
  const { code, out } = await osier(repo.path, "run", "-j4", ...names.map((name) => `${name} it:${name}`), "be honest:fine")
  expect(code, out).toBe(1)
  expect(repo.git("rev-list", "--count", `${before}..main`)).toBe("1")
  expect(repo.git("diff", "--name-only", before, "main")).toBe("honest.txt")
  const tasks: readonly { readonly title: string; readonly status: string; readonly reason?: string }[] = JSON.parse(
    (await osier(repo.path, "ls", "--all", "--json")).out,
  ).tasks
  const stateOf = (name: string) => tasks.find(({ title }) => title === `${name} it`)
  // what breaks the gate in force fails; what passes it, but changes it, is held for a person to look at
  for (const name of ["script", "settings", "nogate", "moves", "link"]) expect(stateOf(name), name).toMatchObject({ status: "failed" })
  for (const name of ["golden", "quiet", "mode"]) expect(stateOf(name), name).toMatchObject({ status: "completed" })
  const held = eventsIn(join(repo.path, ".git")).flatMap((event) => (event.type === "TaskHeld" ? [[event.task, event.paths]] : []))
  expect(Object.fromEntries(held)).toEqual({ 4: ["golden/answer"], 5: ["check.sh"], 8: ["check.sh"] })

  const printed = /(osier land 4 --allow-gate-changes)/.exec(out)?.[1]?.split(" ").slice(1)
  expect(printed, out).toBeDefined()
  expect((await osier(repo.path, "land", "4")).code).toBe(5)
  expect((await osier(repo.path, ...(printed ?? []))).code).toBe(0)
  expect(repo.git("show", "main:golden/answer")).toBe("42")
})

test("an agent that moves the target itself fails, and the target is where it was", { timeout: 120_000 }, async () => {
  const repo = guarded({
    mover: "echo x > broken; git add -A; git commit -qm sly; git update-ref refs/heads/main HEAD",
    pusher: "echo x > broken; git add -A; git commit -qm sly; git push -q . HEAD:refs/heads/main 2>/dev/null; true",
  })
  const before = repo.git("rev-parse", "main")
  for (const name of ["mover", "pusher"]) {
    const { code, out } = await osier(repo.path, "run", `go:${name}`)
    expect({ name, code }, out).toEqual({ name, code: 1 })
    expect(repo.git("rev-parse", "main")).toBe(before)
    expect(repo.git("status", "--porcelain")).toBe("")
  }
})

test(
  "what an agent or a gate leaves running is gone: daemons of a new session, without their mark, or in another folder",
  {
    timeout: 120_000,
  },
  async () => {
    const pids = makeFolder()
    const daemon = (name: string, start: string) =>
      `(${start} sh -c 'echo $$ > ${pids}/${name}; exec sleep 600' < /dev/null > /dev/null 2>&1 &)\n`
    const waits = (name: string) => `while [ ! -s ${pids}/${name} ]; do sleep 0.02; done\n`
    const repo = makeRepo({
      "agent.sh": `${daemon("session", "setsid")}${daemon("unmarked", "env -i PATH=$PATH setsid")}${daemon("elsewhere", "cd /; setsid")}
trap '' TERM; ${daemon("stubborn", "nohup setsid")}
${daemon("bare", "cd /; env -i setsid -f")}
${["session", "unmarked", "elsewhere", "stubborn", "bare"].map(waits).join("")}echo 1 > a.txt`,
      "check.sh": `${daemon("gate", "setsid")}${waits("gate")}`,
      "prepare.sh": `${daemon("setup", "cd /; env -i setsid -f")}${waits("setup")}`,
      "osier.yaml": `agents: { a: { adapter: shell, command: ["sh", "agent.sh"] } }
gates: { test: { run: ["sh", "check.sh"] } }
tree: { setup: [["sh", "prepare.sh"]] }
limits: { grace: 1s }
`,
    })
    const { code, out } = await osier(repo.path, "run", "go:a")
    expect(code, out).toBe(0)
    for (const name of ["session", "unmarked", "elsewhere", "stubborn", "bare", "gate", "setup"]) {
      const pid = Number(readFileSync(join(pids, name), "utf8"))
      expect(pid).toBeGreaterThan(1)
      expect({ name, alive: alive(pid) }).toEqual({ name, alive: false })
    }
    const reaped = eventsIn(join(repo.path, ".git")).flatMap((event) => (event.type === "ProcessesReaped" ? event.processes : []))
    expect(reaped.length).toBeGreaterThanOrEqual(4)
    expect(existsSync(join(repo.path, "a.txt"))).toBe(true)
  },
)

/**
 * An example of the library: a small handbook as ten tasks. One outline, eight chapters that need it, an index that needs them all.
 * The program is the reviewer: it looks at what each task changed, and lands what stays inside the handbook.
 *
 *   node scripts/ten-tasks.ts [repository] [--agent <name>]
 */
import { $, argv } from "zx"
import { open } from "osier"

const repository = argv._[0] ?? "."
const git = $({ cwd: repository, quiet: true })

const chapters = ["setup", "layout", "commands", "settings", "testing", "releases", "security", "questions"]
const tasks = [
  { id: "outline", title: "Outline the handbook" },
  ...chapters.map((name) => ({ id: name, title: `Write the chapter ${name}`, needs: ["outline"] })),
  { id: "index", title: "Write the index of the handbook", needs: chapters },
]

const osier = await open(repository)
try {
  const agent = argv["agent"] === undefined ? {} : { agent: String(argv["agent"]) }
  const settings = { ...agent, land: "review" }
  const added = await osier.addTasks(tasks, { settings })
  const ids = added.map(({ id }) => id)

  // each round works on what is ready; what lands makes more ready
  let report = await osier.run(ids, { settings })
  while (report.completed.length > 0) {
    const good: number[] = []
    for (const { id, title } of report.completed) {
      const { base, tip } = await osier.task(id)
      const files = (await git`git diff --name-only ${base} ${tip}`).lines()
      const strays = files.filter((file) => !file.startsWith("handbook/"))
      console.log(`#${id} ${title}: ${strays.length === 0 ? files.join(", ") : `strayed to ${strays.join(", ")}`}`)
      if (strays.length === 0) good.push(id)
      else await osier.discard(id)
    }
    await osier.land(good, { settings })
    report = await osier.run(ids, { settings })
  }

  console.log("\nReport:")
  for (const { id, status, title } of await osier.tasks()) if (ids.includes(id)) console.log(`  #${id} ${status.padEnd(9)} ${title}`)
  process.exitCode = report.exit
} finally {
  await osier.close()
}

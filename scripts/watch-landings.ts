/**
 * An example of the typed client: prints what has landed, and then each landing as it happens, until Ctrl-C. It survives the end of
 * a run and finds the next one; a library's own run is seen while `osier serve` stands beside it.
 *
 *   node scripts/watch-landings.ts [repository]
 */
import { $, argv } from "zx"
import { connect } from "osier/client"

const git = $({ cwd: argv._[0] ?? ".", quiet: true })
const { stdout: common } = await git`git rev-parse --path-format=absolute --git-common-dir`

const stream = connect({ directory: `${common.trim()}/osier` })
process.once("SIGINT", () => stream.close())

for await (const event of stream) {
  if (event.type !== "Landed") continue
  const { stdout: title } = await git`git log -1 --format=%s ${event.commit}`
  console.log(`${event.at} ${event.target} ${event.commit.slice(0, 10)} ${title.trim()} (${event.tasks.map((id) => `#${id}`).join(", ")})`)
}

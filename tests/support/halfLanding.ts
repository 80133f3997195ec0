import { execFileSync, spawn } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { makeFolder, makeRepo } from "./repo.ts"
import type { Repo } from "./repo.ts"

/** The branch that is landed on. */
export const target = "refs/heads/main"

/** A landing whose git stops in the middle of writing files, in a filter of the user's, until it is let go. */
export const stopInside = async (repo: Repo, from: string, to: string) => {
  const folder = makeFolder()
  const [started, gate] = [join(folder, "started"), join(folder, "gate")]
  for (const pipe of [started, gate]) execFileSync("mkfifo", [pipe])
  writeFileSync(join(folder, "smudge.sh"), `echo here > ${started}\ncat ${gate} > /dev/null\ncat\n`)
  repo.git("config", "filter.slow.smudge", `sh ${join(folder, "smudge.sh")}`)
  repo.git("config", "filter.slow.clean", "cat")
  const child = spawn(process.execPath, [join(import.meta.dirname, "landWorker.ts"), repo.path, from, to, "never"], { stdio: "ignore" })
  const over = new Promise((resolve) => child.once("close", resolve))
  const inside = spawn("cat", [started], { stdio: "ignore" })
  await new Promise((resolve) => inside.once("close", resolve))
  child.kill("SIGKILL")
  await over
  repo.git("config", "filter.slow.smudge", "cat")
  return { letGo: () => spawn("sh", ["-c", `: > ${gate}`], { stdio: "ignore" }) }
}

/** A landing to be, beside something of the user's. */
export const half = () => {
  const repo = makeRepo({ ".gitattributes": "*.slow filter=slow\n", a: "a\n", "b.slow": "b\n", c: "c\n", "gone/x": "x\n", mine: "mine\n" })
  const from = repo.git("rev-parse", "HEAD")
  repo.git("rm", "-q", "gone/x")
  const to = repo.commit("to", { a: "a2\n", "b.slow": "b2\n", c: "c2\n", "d/new": "d\n" })
  repo.git("reset", "-q", "--hard", from)
  repo.write("mine", "changed\n")
  return { repo, from, to }
}

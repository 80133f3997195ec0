import { spawn } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"

const cache = join(import.meta.dirname, "..", ".cache", "npm")

const ran = (file: string, args: readonly string[], cwd: string): Promise<void> =>
  new Promise((done, fail) => {
    const child = spawn(file, args, { cwd, stdio: ["ignore", "ignore", "pipe"] })
    let said = ""
    child.stderr.on("data", (chunk) => (said += chunk))
    child.on("error", fail)
    child.on("close", (code) => {
      // npm says the reason on the first line that is no warning
      const reason = said.split("\n").find((line) => line.trim() !== "" && !line.includes(" warn "))
      if (code === 0) done()
      else fail(new Error(`${file} ended with ${code}${reason === undefined ? "" : `: ${reason.trim()}`}`))
    })
  })

/**
 * The folder of one exact version of a package, for whatever system it is made: `npm install` would refuse the programs
 * of other systems. Got once, by npm, then kept in `.cache`.
 */
export const npmPackage = async (name: string, version: string): Promise<string> => {
  const folder = join(cache, `${name.replace("/", "+")}@${version}`)
  if (existsSync(folder)) return folder
  mkdirSync(cache, { recursive: true })
  const work = mkdtempSync(join(cache, "getting-"))
  try {
    const npm = process.env["npm_execpath"]
    const pack = ["pack", "--silent", "--prefer-offline", "--pack-destination", work, `${name}@${version}`]
    await (npm === undefined ? ran("npm", pack, work) : ran(process.execPath, [npm, ...pack], work))
    await ran("tar", ["-xzf", `${name.replace("@", "").replace("/", "-")}-${version}.tgz`], work)
    // a rename, so that no other process ever sees half a package
    if (!existsSync(folder)) renameSync(join(work, "package"), folder)
    return folder
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

// Plain JavaScript of the oldest Node that npm still runs on: it must start exactly where the TypeScript of the other scripts can't.
import { readFileSync } from "node:fs"

const { devDependencies, engines } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
const [leastMajor = 0, leastMinor = 0] = engines.node.replace(">=", "").split(".").map(Number)

// npm puts node_modules/.bin first in PATH, so the Node that runs this is the pinned one if its install script was allowed to run
if (major < leastMajor || (major === leastMajor && minor < leastMinor)) {
  process.stderr.write(
    `osier needs Node ${engines.node}, this is ${process.versions.node}: npm did not run the install script of the package "node" ` +
      `(ignore-scripts, or a policy that allows no scripts), so type: npm rebuild node --ignore-scripts=false --foreground-scripts, ` +
      `or put Node ${devDependencies.node} first in PATH.\n`,
  )
  process.exitCode = 3
}

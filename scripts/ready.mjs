// Plain JavaScript of the oldest Node that npm still runs on: it must start exactly where the TypeScript of the other scripts can't.
import { existsSync, readFileSync } from "node:fs"

const { devDependencies, engines } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))
const installed = existsSync(new URL("../node_modules/node/package.json", import.meta.url))
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
const [leastMajor = 0, leastMinor = 0] = engines.node.replace(">=", "").split(".").map(Number)

// npm puts node_modules/.bin first in PATH, so the Node that runs this is the pinned one if its install script was allowed to run
const tooOld = major < leastMajor || (major === leastMajor && minor < leastMinor)
const how = installed
  ? `the package "node" is installed but its install script did not run, so type: npm rebuild node --ignore-scripts=false`
  : `the package "node" is not installed, so type: npm install --ignore-scripts=false`
const said = tooOld
  ? `osier needs Node ${engines.node} and this is ${process.versions.node}; ${how} (or put Node ${devDependencies.node} first in PATH).`
  : installed
    ? undefined
    : "osier's packages are not installed, so type: npm install"
if (said !== undefined) {
  process.stderr.write(`${said}\n`)
  process.exitCode = 3
}

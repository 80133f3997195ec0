// osier from source, in plain JavaScript of the oldest Node that npm still runs on: one that can't read TypeScript is told so before it is given any.
import { readFileSync } from "node:fs"

const { engines } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))
const numbers = (version) => version.replace(">=", "").split(".").map(Number)
const [major = 0, minor = 0] = numbers(process.versions.node)
const [leastMajor = 0, leastMinor = 0] = numbers(engines.node)

if (major < leastMajor || (major === leastMajor && minor < leastMinor)) {
  process.stderr.write(
    `osier: osier needs Node ${engines.node} and this is ${process.versions.node}\n  Put a newer Node first in PATH, or use the binary: npm run build makes dist/osier.\n`,
  )
  process.exitCode = 3
} else await import("./main.ts")

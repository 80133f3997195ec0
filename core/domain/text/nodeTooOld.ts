import * as Data from "effect/Data"

/** This Node can't run agents: their workers would never answer. */
export class NodeTooOld extends Data.TaggedError("NodeTooOld")<{ readonly found: string; readonly wanted: string }> {
  override get message() {
    return `osier needs Node ${this.wanted} and this is ${this.found}`
  }
  get hint() {
    return "Put a newer Node first in PATH, or use the binary: npm run build makes dist/osier."
  }
  readonly exit = 3
}

const numbers = (version: string): readonly number[] => version.split(".").map(Number)

/** Says so when a version of Node is below the range of package.json, which is written as `>=22.18`. */
export const nodeTooOld = (found: string, wanted: string): NodeTooOld | undefined => {
  const [major = 0, minor = 0] = numbers(found)
  const [leastMajor = 0, leastMinor = 0] = numbers(wanted.replace(">=", ""))
  return major < leastMajor || (major === leastMajor && minor < leastMinor) ? new NodeTooOld({ found, wanted }) : undefined
}

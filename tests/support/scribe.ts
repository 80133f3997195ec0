import { existsSync, readdirSync } from "node:fs"

/** Settings with an agent that writes what it was asked into a file, and one gate. */
export const scribe = `
agents:
  scribe: { adapter: shell, command: ["sh", "-c", "mkdir -p notes && cat > notes/$OSIER_SLUG.md"] }
agent: scribe
gates:
  test: { run: ["sh", "check.sh"] }
`

/** What is left in the folder of trees, the judge's standing checkout apart. */
export const trees = (path: string) =>
  existsSync(`${path}.osier`) ? readdirSync(`${path}.osier`).filter((name) => !name.startsWith(".")) : []

/** The gate: red as soon as there is a file called broken. */
export const check = { "check.sh": "test ! -e broken\n" }

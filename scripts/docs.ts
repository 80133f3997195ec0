/** Writes the pages of docs/reference from the code: `npm run docs`. */
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { reference } from "./docs/reference.ts"

const root = join(import.meta.dirname, "..")
for (const [file, written] of Object.entries(reference)) {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), written())
  console.log(file)
}

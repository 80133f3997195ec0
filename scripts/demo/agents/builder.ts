/** Stands in for a model: writes the files that its prompt spells out, commits nothing by itself, and reports. */
import { mkdir, writeFile } from "node:fs/promises"
import { dirname } from "node:path"
import { text } from "node:stream/consumers"
import { setTimeout as pause } from "node:timers/promises"

const prompt = await text(process.stdin)
console.log(`Reading the task: ${process.env["OSIER_TITLE"]}`)
for (const [, path = "", content = ""] of prompt.matchAll(/^```(\S+)\n(.*?)^```$/gms)) {
  await pause(500)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
  console.log(`Wrote ${path}`)
}
await pause(300)
console.log("Done; the tests should pass.")

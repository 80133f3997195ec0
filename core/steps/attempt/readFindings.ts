import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { join } from "node:path"
import { fileText } from "../../domain/text/fileText.ts"
import { Files } from "../../world/machine/files.ts"

/** Longer texts are no reports. */
const mostBytes = 1_000_000

/** What an agent left in `.osier/` for us; each is absent when it wrote none. */
export const readFindings = Effect.fn("readFindings")(function* (tree: string) {
  const files = yield* Files
  const folder = join(tree, ".osier")
  // Only real files: what a link leads to would be stored in the record, and shared with everybody.
  const own = (yield* files.stat(folder))?.isDirectory() === true
  const read = Effect.fnUntraced(function* (name: string) {
    const stat = own ? yield* files.stat(join(folder, name)) : undefined
    if (stat?.isFile() !== true) return undefined
    if (stat.size > mostBytes) return `This file was left out: it has ${stat.size} bytes, and ${mostBytes} are allowed.\n`
    const bytes = yield* files.read(join(folder, name))
    if (bytes === undefined) return undefined
    return Result.getOrElse(fileText(bytes, name), ({ line, message }) => `This file was left out: its line ${line} ${message}.\n`)
  })
  return { report: yield* read("report.md"), proposal: yield* read("proposal.yaml") }
})

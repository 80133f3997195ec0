/** Prints who imports whom, floor by floor, as a Mermaid chart: `node scripts/graph.ts [folder]` for the files of one floor. */
import { sources, targetOf } from "../tests/support/source.ts"

const [only] = process.argv.slice(2)
const ours = sources.filter(({ file }) => /^(core|plugins)\//.test(file))
const nameOf = (file: string): string => {
  if (only !== undefined) return file.replace(/\.ts$/, "")
  const [top = "", second = ""] = file.split("/")
  return top === "core" ? second.replace(/\.ts$/, "") : top
}

const arrows = new Map<string, number>()
for (const { file, imports } of ours) {
  for (const { text } of imports) {
    const to = targetOf(file, text)
    if (to === undefined || to.endsWith(".json") || (only !== undefined && !file.startsWith(only))) continue
    const arrow = `${nameOf(file)} --> ${nameOf(to)}`
    if (nameOf(file) !== nameOf(to)) arrows.set(arrow, (arrows.get(arrow) ?? 0) + 1)
  }
}
console.log("graph TD")
for (const [arrow, count] of [...arrows].toSorted(([a], [b]) => a.localeCompare(b))) {
  console.log(`  ${count > 1 ? arrow.replace(" --> ", ` -- ${count} --> `) : arrow}`)
}

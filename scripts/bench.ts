/**
 * The bench: osier and the plain way of doing the same with git, in turns, in one run. Digits vary from machine to machine, so
 * the ratio (anchor ÷ ours, higher is better) is what counts: `npm run bench -- [number...] [--files 5000] [--full] [--json]`.
 */
import { parseArgs } from "node:util"
import { integrations } from "./bench/integrations.ts"
import { journeys } from "./bench/journeys.ts"
import { judging } from "./bench/judging.ts"
import { locks } from "./bench/locks.ts"
import { programs } from "./bench/programs.ts"
import { remote } from "./bench/remote.ts"
import { median, ratio, reached, type Row } from "./bench/row.ts"
import { stream } from "./bench/stream.ts"
import { table } from "./bench/table.ts"
import { trees } from "./bench/trees.ts"

const benches = [trees, locks, remote, integrations, judging, journeys, programs, stream]
const known = benches.flatMap((bench) => bench.numbers)

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    files: { type: "string", default: "5000" },
    full: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
})
const files = Number(values.files)
const strange = positionals.filter((number) => !known.includes(number))
if (strange.length > 0 || !Number.isInteger(files) || files < 100) {
  console.error(
    strange.length > 0 ? `There is no number ${strange.join(", ")}; there are ${known.join(", ")}.` : "--files takes 100 or more.",
  )
  process.exit(2)
}

const wanted = (number: string) => positionals.length === 0 || positionals.includes(number)
const rows: Row[] = []
for (const bench of benches.filter((one) => one.numbers.some(wanted))) {
  const of = bench.numbers.filter(wanted).join(", ")
  const start = performance.now()
  try {
    const measured = await bench.rows({ files, full: values.full }, wanted)
    rows.push(...measured)
    console.error(`measured ${of} in ${((performance.now() - start) / 1000).toFixed(1)} s`)
  } catch (cause) {
    // what was measured before, and what comes after, is worth seeing all the same
    console.error(`could not measure ${of}: ${cause instanceof Error ? cause.message : String(cause)}`)
    process.exitCode = 1
  }
}
rows.sort((a, b) => Number(a.number) - Number(b.number))
const asJson = (row: Row) => ({
  ...row,
  oursMedian: median(row.ours),
  anchorMedian: row.anchor.length === 0 ? undefined : median(row.anchor),
  ratio: ratio(row),
  ok: reached(row),
})
console.log(values.json ? JSON.stringify({ files, rows: rows.map(asJson) }, null, 2) : table(rows))

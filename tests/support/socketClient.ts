import { connect } from "../../core/client.ts"

/** A program that listens, for any runtime: takes so many events from the stream of a folder, then asks for a pause; prints both. */
const [directory = "", count = "0", since = "0"] = process.argv.slice(2)

const stream = connect({ directory, since: Number(since) })
const seqs: number[] = []
let refusal = ""
for await (const event of stream) {
  seqs.push(event.seq)
  if (seqs.length < Number(count)) continue
  refusal = await stream.command({ command: "pause" }).then(
    () => "none",
    (cause: unknown) => (cause instanceof Error ? cause.message : ""),
  )
  break
}
console.log(JSON.stringify({ seqs, refusal }))

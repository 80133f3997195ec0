import { connect } from "../../core/client.ts"

/** A program that listens, for any runtime: takes so many events from the stream of a folder and prints their places. */
const [directory = "", count = "0", since = "0"] = process.argv.slice(2)

const seqs: number[] = []
for await (const event of connect({ directory, since: Number(since) })) {
  seqs.push(event.seq)
  if (seqs.length === Number(count)) break
}
console.log(JSON.stringify(seqs))

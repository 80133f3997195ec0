/**
 * Consumers of an event stream, in a process of their own: `consumers.ts <url> <token> <how many> <events>`. The first one takes
 * nothing. Prints one JSON object when all others have everything.
 */
import { WebSocket } from "ws"

const [url = "", token = "", count = "1", events = "0"] = process.argv.slice(2)
const last = Number(events)
const delays: number[] = []
const begins = /\{"seq":(\d+),"at":"([^"]*)"/g
let wrong = 0

const consume = () =>
  new Promise<void>((done, failed) => {
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } })
    let seen = 0
    socket.on("message", (data) => {
      const now = Date.now()
      // Ten consumers share a core here, so each looks only at what it measures: the place and the time that an event begins with.
      for (const [, place = "", at = ""] of (Buffer.isBuffer(data) ? data.toString("latin1") : "").matchAll(begins)) {
        const seq = Number(place)
        if (seq !== seen + 1) wrong += 1
        seen = seq
        if (seq % 100 === 0) delays.push(now - Date.parse(at))
      }
      if (seen < last) return
      socket.terminate()
      done()
    })
    socket.on("error", failed)
    socket.on("close", () => failed(new Error(`closed after ${seen} of ${last}`)))
  })

const stalled = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } })
stalled.on("open", () => stalled.pause())
stalled.on("error", () => undefined)
const all = Array.from({ length: Number(count) - 1 }, consume)
process.stdout.write("ready\n")
await Promise.all(all)
delays.sort((a, b) => a - b)
process.stdout.write(`${JSON.stringify({ wrong, p99: delays[Math.floor(delays.length * 0.99)] })}\n`)
process.exit()

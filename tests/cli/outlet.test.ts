import { EventEmitter } from "node:events"
import { expect, test } from "vitest"
import { outlets } from "../../core/cli/outlet.ts"

/** A stream of a process that takes what it is given until it breaks, by an event or by a throw. */
const stream = () => {
  const taken: string[] = []
  const emitter = new EventEmitter()
  let throws: Error | undefined
  return {
    taken,
    on: (event: "error", heard: (error: Error) => void) => emitter.on(event, heard),
    write: (text: string) => {
      if (throws !== undefined) throw throws
      taken.push(text)
    },
    breaks: (code: string) => emitter.emit("error", Object.assign(new Error(code), { code })),
    throws: (code: string) => void (throws = Object.assign(new Error(code), { code })),
  }
}

test.each(["ENOSPC", "EIO", "EBADF", "ERR_STREAM_DESTROYED"])(
  "an output that breaks with %s is done without, and told once on the other",
  (code) => {
    const [stdout, stderr] = [stream(), stream()]
    const out = outlets({ stdout, stderr })
    out.stdout.write("before")
    stdout.breaks(code)
    stdout.breaks(code)
    out.stdout.write("after")
    out.stderr.write("words")
    expect(stdout.taken).toEqual(["before"])
    expect(stderr.taken).toEqual([`osier: stdout takes nothing any more (${code}); the work goes on without it\n`, "words"])
    // The other way round there is nobody left to tell.
    stderr.throws(code)
    out.stderr.write("lost")
    expect(stderr.taken).toHaveLength(2)
  },
)

test("a reader that went away is not worth a word", () => {
  const [stdout, stderr] = [stream(), stream()]
  const out = outlets({ stdout, stderr })
  stdout.throws("EPIPE")
  out.stdout.write("x")
  expect(stderr.taken).toEqual([])
})

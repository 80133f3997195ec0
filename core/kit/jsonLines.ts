import type { AdapterEvent, Outcome } from "../plugin.ts"
import { hear } from "./hear.ts"
import type { Exit, Program } from "./program.ts"

/** Understands one agent's stream; pure, so that a recorded one replays through it. */
export interface Reader {
  /** One event of the agent, already parsed. */
  read(event: unknown): readonly AdapterEvent[]
  /** Whether the program only repeats what can't succeed; it is stopped then. */
  hopeless?(): boolean
  /** What it came to, once the program has ended. `now` is milliseconds since the epoch. */
  end(exit: Exit, now: number): Outcome
}

/** A line of JSON, or undefined for anything else: agents print banners and warnings between their events. */
export const parseLine = (line: string): unknown => {
  if (!line.trimStart().startsWith("{")) return undefined
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** How often a program that writes nothing worth telling is said to be alive. */
const aliveMs = 900

/** Turns a program that prints one JSON object a line into an adapter's events, the closing one included. */
export async function* jsonLines(program: Program, reader: Reader): AsyncGenerator<AdapterEvent> {
  try {
    if (program.pid !== undefined) yield { type: "started", pid: program.pid }
    let told = performance.now()
    for await (const heard of hear(program)) {
      const event = heard.type === "line" ? parseLine(heard.text) : undefined
      const events = event === undefined ? [] : reader.read(event)
      // a banner, a warning, an event that says nothing: what writes is alive
      const alive = events.length === 0 && heard.type !== "open" && performance.now() - told > aliveMs
      if (alive || events.length > 0) told = performance.now()
      if (alive) yield { type: "alive" }
      yield* events
      if (reader.hopeless?.() === true) program.stop()
    }
    const exit = await program.exit
    yield { type: "ended", outcome: reader.end(exit, Date.now()) }
  } finally {
    // a consumer that leaves early must not leave the program behind
    program.stop()
    await program.exit
  }
}

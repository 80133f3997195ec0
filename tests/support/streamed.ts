import { connect, type ConnectOptions, type Event } from "../../core/client.ts"
import { upTo } from "./journalFolder.ts"
import { said } from "./socketHouse.ts"

/** That many events, of a size. */
export const many = (count: number, size = 1) => upTo(count).map((n) => said(n, "x".repeat(size)))

/** The first so many events of a stream. */
export const take = async (options: ConnectOptions, count: number): Promise<Event[]> => {
  const events: Event[] = []
  for await (const event of connect(options)) {
    events.push(event)
    if (events.length === count) break
  }
  return events
}

/** Their places in the journal. */
export const seqsOf = (events: readonly Event[]) => events.map((event) => event.seq)

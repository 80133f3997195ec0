const newline = 0x0a

/**
 * Splits bytes into lines at LF and nothing else, one at a time, only when asked for.
 *
 * Node's readline also breaks at U+2028 and U+2029, which are legal inside a JSON string, so an agent that quotes one
 * would lose an event. A line longer than `limit` bytes is cut there and its rest dropped: one runaway line must not
 * take the memory of every other agent.
 */
export async function* splitLines(chunks: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<string> {
  let parts: Uint8Array[] = []
  let size = 0
  const add = (part: Uint8Array) => {
    const room = limit - size
    if (room <= 0 || part.length === 0) return
    const kept = part.length > room ? part.subarray(0, room) : part
    parts.push(kept)
    size += kept.length
  }
  const take = (): string => {
    const line = Buffer.concat(parts, size).toString("utf8")
    parts = []
    size = 0
    return line
  }
  for await (const chunk of chunks) {
    let from = 0
    for (let to = chunk.indexOf(newline); to !== -1; to = chunk.indexOf(newline, from)) {
      add(chunk.subarray(from, to))
      from = to + 1
      yield take()
    }
    add(chunk.subarray(from))
  }
  if (size > 0) yield take()
}

/** The last bytes of a stream, up to a limit. */
export const tail = (limit: number) => {
  let chunks: Buffer[] = []
  let size = 0
  return {
    add: (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size > limit * 2) {
        chunks = [Buffer.concat(chunks).subarray(-limit)]
        size = limit
      }
    },
    bytes: () => {
      const all = Buffer.concat(chunks)
      return all.length > limit ? all.subarray(-limit) : all
    },
  }
}

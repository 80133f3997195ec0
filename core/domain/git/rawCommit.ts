/** A commit as its bytes say it. `author` is a whole line: `Name <email> seconds +0000`. */
export interface RawCommit {
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: string
  readonly message: string
}

/** Reads the bytes of a commit object. The message is decoded as the commit itself says it is encoded. */
export const parseCommit = (data: Uint8Array): RawCommit => {
  const bytes = Buffer.from(data)
  const end = bytes.indexOf("\n\n")
  // Header by header: a signature is one header whose further lines start with a space.
  const headers = bytes
    .subarray(0, end < 0 ? bytes.length : end)
    .toString("latin1")
    .split("\n")
  const all = (name: string) => headers.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1))
  const decode = decoder(all("encoding")[0] ?? "utf-8")
  return {
    tree: all("tree")[0] ?? "",
    parents: all("parent"),
    author: decode(Buffer.from(all("author")[0] ?? "", "latin1")),
    message: end < 0 ? "" : decode(bytes.subarray(end + 2)),
  }
}

const decoder = (encoding: string): ((bytes: Uint8Array) => string) => {
  try {
    const text = new TextDecoder(encoding)
    return (bytes) => text.decode(bytes)
  } catch {
    return (bytes) => Buffer.from(bytes).toString()
  }
}

/** One output of the process. Writing to it never fails. */
export interface Outlet {
  readonly write: (text: string) => void
}

/** What is needed of a stream of the process. */
export interface Output {
  write(text: string): unknown
  on(event: "error", heard: (error: Error) => void): unknown
}

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "")

/**
 * Both outputs of a process. Any error of one, a full disk or a terminal that was closed, means that nobody reads there: the
 * work goes on without it, and the other one is told once. A reader that went away (`osier ls | head -1`) is not worth a word.
 */
export const outlets = (of: { readonly stdout: Output; readonly stderr: Output }): { readonly stdout: Outlet; readonly stderr: Outlet } => {
  const gone = new Set<Output>()
  const outlet = (stream: Output, name: string, other: () => Outlet): Outlet => {
    const lost = (error: unknown) => {
      if (gone.has(stream)) return
      gone.add(stream)
      const reason = error instanceof Error ? error.message : String(error)
      if (codeOf(error) !== "EPIPE") other().write(`osier: ${name} takes nothing any more (${reason}); the work goes on without it\n`)
    }
    stream.on("error", lost)
    const write = (text: string) => {
      if (gone.has(stream)) return
      try {
        stream.write(text)
      } catch (error) {
        lost(error)
      }
    }
    return { write }
  }
  const stdout: Outlet = outlet(of.stdout, "stdout", () => stderr)
  const stderr: Outlet = outlet(of.stderr, "stderr", () => stdout)
  return { stdout, stderr }
}

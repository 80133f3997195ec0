/** Keeps the latest answers of a kind that never changes, within bounds of number and size. */
export const recent = <A>({
  most,
  bytes,
  sizeOf,
}: {
  readonly most: number
  readonly bytes: number
  readonly sizeOf: (answer: A) => number
}) => {
  const kept = new Map<string, A>()
  let used = 0
  const drop = (name: string) => {
    const known = kept.get(name)
    if (known === undefined) return
    used -= sizeOf(known)
    kept.delete(name)
  }
  return {
    get: (name: string): A | undefined => {
      const known = kept.get(name)
      if (known === undefined) return undefined
      // The oldest is the first to go, so what was asked for is the youngest again.
      kept.delete(name)
      kept.set(name, known)
      return known
    },
    keep: (name: string, answer: A): void => {
      drop(name)
      // What fills a large part of it alone would push out everything else.
      if (sizeOf(answer) > bytes / 16) return
      kept.set(name, answer)
      used += sizeOf(answer)
      for (const oldest of kept.keys()) {
        if (kept.size <= most && used <= bytes) return
        drop(oldest)
      }
    },
  }
}

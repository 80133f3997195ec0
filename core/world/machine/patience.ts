import * as Schedule from "effect/Schedule"
import { setTimeout as sleep } from "node:timers/promises"

/** The system's name of a failure; empty where it has none. */
export const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : ""

/** What a system says when it has no room at the moment: no more files, no more processes, no memory. It proves nothing. */
const crowded = new Set(["EMFILE", "ENFILE", "EAGAIN", "ENOMEM", "EINTR"])

/** Whether a failure only says that the system has no room at the moment. */
export const isCrowded = (cause: unknown): boolean => crowded.has(codeOf(cause))

/** When to try again what the system had no room for: soon at first, and for some seconds. */
export const roomAgain = Schedule.min([Schedule.exponential("5 millis"), Schedule.spaced("250 millis")]).pipe(
  Schedule.jittered,
  Schedule.upTo({ times: 70 }),
)

/** What proves that a thing isn't there. */
const absent = new Set(["ENOENT", "ENOTDIR", "ESRCH"])

/** Does a thing again for as long as the system only says that it has no room; past the time that failure is the answer. */
export const patiently = async <A>(act: () => Promise<A>, forMs = 15_000): Promise<A> => {
  const until = performance.now() + forMs
  for (let pause = 5; ; pause = Math.min(pause * 2, 250)) {
    try {
      return await act()
    } catch (cause) {
      if (!isCrowded(cause) || performance.now() > until) throw cause
      await sleep(pause * (0.5 + Math.random()))
    }
  }
}

/** Reads what may be absent: `undefined` only when that is proven. */
export const unlessAbsent = async <A>(act: () => Promise<A>): Promise<A | undefined> => {
  try {
    return await patiently(act)
  } catch (cause) {
    if (absent.has(codeOf(cause))) return undefined
    throw cause
  }
}

/** Does the same with each, a few at a time: what is open at once is bounded, however many there are. */
export const fewAtATime = async <A, B>(all: readonly A[], act: (one: A) => Promise<B>, most = 8): Promise<readonly B[]> => {
  const done: B[] = []
  const rest = all.entries()
  const work = async () => {
    for (const [index, one] of rest) done[index] = await act(one)
  }
  await Promise.all(Array.from({ length: Math.min(most, all.length) }, work))
  return done
}

/** How often a worker is asked whether it is there, and how many questions may stay without an answer. */
const everyMs = 1000
const patience = 30
/** Of one that was told to stop: it has nothing else to do any more. */
const lastPatience = 3
/** Until the first answer: a slow machine may take long to start a worker. */
const startPatience = 120

/**
 * Feels for the pulse of a worker and ends one that has none. What counts is our own questions, not the clock: while osier itself
 * stands still, it asks nothing.
 */
export const pulseOf = (ask: () => void, end: (reason: string) => void) => {
  let open = 0
  let limit = startPatience
  let hurried = false
  const beat = () => {
    if (open >= limit) return end(`it did not answer for ${open} seconds: it loops, or waits in a call that blocks`)
    open += 1
    ask()
  }
  const timer = setInterval(beat, everyMs).unref()
  return {
    /** The worker said something. */
    felt: () => {
      open = 0
      limit = hurried ? lastPatience : patience
    },
    /** It was told to stop, and need not be waited for long if it can't even hear that. */
    hurry: () => {
      hurried = true
      open = 0
      if (limit !== startPatience) limit = lastPatience
      ask()
    },
    stop: () => clearInterval(timer),
  }
}

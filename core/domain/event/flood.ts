/** So much may come at once, and so much each second; a token is one thing said, and one more for each `tokenSize` of it. */
const burst = 4000
const perSecond = 50
const tokenSize = 256
/** One that was in flood is folded until it has been calm for this much. */
const calm = 200
/** The last of what was folded is told all the same: it is what somebody looks for. */
const lastWords = 20

/** What passes, in order: first how many were left out before it. */
export interface Passed<A> {
  readonly folded: number
  readonly pass: readonly A[]
}

/**
 * Folds what is said too fast to be read: an agent in a loop would fill the journal, every screen, and the disk. The beginning and the
 * end of each flood pass, and how much was left out between them.
 */
export const flood = <A>(sizeOf: (said: A) => number) => {
  let tokens = burst
  let last: number | undefined
  let folding = false
  let held: A[] = []
  let folded = 0

  const costOf = (said: A) => 1 + sizeOf(said) / tokenSize
  const release = (more: readonly A[]): Passed<A> => {
    const passed = { folded, pass: [...held, ...more] }
    folding = false
    folded = 0
    held = []
    return passed
  }
  const take = (said: A, nowMs: number): Passed<A> => {
    tokens = Math.min(burst, tokens + (Math.max(0, nowMs - (last ?? nowMs)) / 1000) * perSecond)
    last = nowMs
    const cost = costOf(said)
    if (tokens >= cost + (folding ? calm : 0)) {
      tokens -= held.reduce((sum, one) => sum + costOf(one), cost)
      return release([said])
    }
    folding = true
    held.push(said)
    if (held.length > lastWords) {
      held.shift()
      folded += 1
    }
    return { folded: 0, pass: [] }
  }
  return { take, end: () => release([]) }
}

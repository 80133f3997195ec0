/** Lets a few pieces of work be on at once; one that rests gives its place to another meanwhile, and goes on before new work begins. */
export const lanes = (count: number) => {
  let free = count
  const rested: (() => void)[] = []
  const fresh: (() => void)[] = []
  const enter = async (queue: (() => void)[]) => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => queue.push(resolve))
  }
  const leave = () => {
    const next = rested.shift() ?? fresh.shift()
    if (next === undefined) free += 1
    else next()
  }
  const resting = async <A>(rest: Promise<A>): Promise<A> => {
    leave()
    const answer = await rest
    await enter(rested)
    return answer
  }
  const work = async <A>(body: (rest: typeof resting) => Promise<A>): Promise<A> => {
    await enter(fresh)
    return body(resting).finally(leave)
  }
  return { work }
}

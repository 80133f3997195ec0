/**
 * What has arrived and waits to be taken, in order, for one taker. It tells when it is full; and when it is, when there is room
 * again. `take` gives `undefined` at the end, or throws what ended it, after all that arrived before.
 */
export const deliveries = <A>(limit: number) => {
  let items: A[] = []
  let taken = 0
  let full = false
  let over: { readonly cause?: unknown } | undefined
  let wakeTaker: (() => void) | undefined
  let wakeGiver: (() => void) | undefined

  const put = (item: A) => {
    items.push(item)
    if (items.length - taken >= limit) full = true
    wakeTaker?.()
  }

  const take = async (): Promise<A | undefined> => {
    for (;;) {
      const item = items[taken]
      if (item !== undefined) {
        taken++
        if (taken === items.length || taken >= limit) {
          items = items.slice(taken)
          taken = 0
        }
        if (full && items.length - taken <= limit / 2) {
          full = false
          wakeGiver?.()
        }
        return item
      }
      if (over !== undefined) {
        if ("cause" in over) throw over.cause
        return undefined
      }
      await new Promise<void>((resolve) => {
        wakeTaker = resolve
      })
    }
  }

  const room = async () => {
    while (full && over === undefined) {
      await new Promise<void>((resolve) => {
        wakeGiver = resolve
      })
    }
  }

  const end = (...causes: [cause?: unknown]) => {
    over ??= causes.length === 0 ? {} : { cause: causes[0] }
    wakeTaker?.()
    wakeGiver?.()
  }

  return { put, take, room, end, isFull: () => full }
}

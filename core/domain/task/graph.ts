/** Who needs whom: every node with the nodes that must be done before it. Needs that are no node themselves are ignored here. */
export type Graph<K> = ReadonlyMap<K, readonly K[]>

/** Every need that names no node, with who asks for it. */
export const missingNeeds = <K>(graph: Graph<K>): readonly { readonly node: K; readonly need: K }[] =>
  [...graph].flatMap(([node, needs]) => needs.filter((need) => !graph.has(need)).map((need) => ({ node, need })))

/** The other direction: every node with those that need it. */
export const dependents = <K>(graph: Graph<K>): ReadonlyMap<K, readonly K[]> => {
  const turned = new Map<K, K[]>([...graph.keys()].map((node) => [node, []]))
  for (const [node, needs] of graph) for (const need of new Set(needs)) turned.get(need)?.push(node)
  return turned
}

/** Nodes that need nothing. */
export const roots = <K>(graph: Graph<K>): readonly K[] =>
  [...graph].filter(([, needs]) => !needs.some((need) => graph.has(need))).map(([node]) => node)

/** Nodes that nothing needs. */
export const leaves = <K>(graph: Graph<K>): readonly K[] =>
  [...dependents(graph)].filter(([, above]) => above.length === 0).map(([node]) => node)

/** Needs before those who need them, otherwise in the given order; nodes on or behind a cycle are left out. */
export const ordered = <K>(graph: Graph<K>): readonly K[] => {
  const turned = dependents(graph)
  const open = new Map([...graph].map(([node, needs]) => [node, [...new Set(needs)].filter((need) => graph.has(need)).length]))
  const order = roots(graph).slice()
  for (let at = 0; at < order.length; at++) {
    const node = order[at]
    if (node === undefined) continue
    for (const above of turned.get(node) ?? []) {
      const left = (open.get(above) ?? 0) - 1
      open.set(above, left)
      if (left === 0) order.push(above)
    }
  }
  return order
}

/**
 * Cycles, each as its path with the first node repeated at the end: `[a, b, a]`, or `[a, a]` for a node that needs itself.
 *
 * Cycles that share a node are told once: breaking that one is the way to see whether the other is left.
 */
export const cycles = <K>(graph: Graph<K>): readonly (readonly K[])[] => {
  const found: K[][] = []
  const told = new Set<K>()
  const done = new Set<K>()
  for (const start of graph.keys()) {
    if (done.has(start)) continue
    // An explicit stack: a chain of ten thousand tasks is deeper than a call stack.
    const path: K[] = []
    const onPath = new Set<K>()
    const stack: { readonly node: K; readonly needs: Iterator<K> }[] = []
    const enter = (node: K) => {
      path.push(node)
      onPath.add(node)
      stack.push({ node, needs: (graph.get(node) ?? [])[Symbol.iterator]() })
    }
    enter(start)
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const step = top.needs.next()
      if (step.done === true) {
        done.add(top.node)
        onPath.delete(top.node)
        path.pop()
        stack.pop()
      } else if (onPath.has(step.value)) {
        const cycle = [...path.slice(path.indexOf(step.value)), step.value]
        if (!cycle.some((node) => told.has(node))) found.push(cycle)
        for (const node of cycle) told.add(node)
      } else if (graph.has(step.value) && !done.has(step.value)) enter(step.value)
    }
  }
  return found
}

/** For every node the weight of the longest chain that starts with it and goes on through those that need it. */
export const remaining = <K>(graph: Graph<K>, weight: (node: K) => number = () => 1): ReadonlyMap<K, number> => {
  const turned = dependents(graph)
  const longest = new Map<K, number>()
  for (const node of ordered(graph).toReversed()) {
    const above = (turned.get(node) ?? []).map((one) => longest.get(one) ?? 0)
    longest.set(node, weight(node) + above.reduce((most, one) => Math.max(most, one), 0))
  }
  return longest
}

/** Nodes that are not done and whose needs all are. A need that is no node is not done unless `done` says so. */
export const ready = <K>(graph: Graph<K>, done: (node: K) => boolean): readonly K[] =>
  [...graph].filter(([node, needs]) => !done(node) && needs.every(done)).map(([node]) => node)

/** Every node that can't go on because of failed ones, however far below, with those. The failed ones themselves are not in it. */
export const blocked = <K>(graph: Graph<K>, failed: Iterable<K>): ReadonlyMap<K, readonly K[]> => {
  const turned = dependents(graph)
  const by = new Map<K, K[]>()
  const culprits = new Set(failed)
  for (const culprit of culprits) {
    const seen = new Set<K>([culprit])
    // Sets go on iterating over what is added meanwhile.
    for (const node of seen) {
      for (const above of turned.get(node) ?? []) {
        if (seen.has(above) || culprits.has(above)) continue
        seen.add(above)
        by.set(above, [...(by.get(above) ?? []), culprit])
      }
    }
  }
  return by
}

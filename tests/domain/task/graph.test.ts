import { describe, expect, it } from "vitest"
import {
  blocked,
  cycles,
  dependents,
  type Graph,
  leaves,
  missingNeeds,
  ordered,
  ready,
  remaining,
  roots,
} from "../../../core/domain/task/graph.ts"

const graph = (text: string): Graph<string> =>
  new Map(text.split(" ").map((line): [string, string[]] => [line.split("<")[0] ?? "", line.split("<")[1]?.split(",") ?? []]))

/** T1→T2,T5; T2→T3,T4; T3,T4,T5→T6 */
const demo = graph("T1 T2<T1 T3<T2 T4<T2 T5<T1 T6<T3,T4,T5")

describe("graph", () => {
  it.each([
    ["a<a", [["a", "a"]]],
    ["a<b b<c c<a", [["a", "b", "c", "a"]]],
    ["x<a a<b b<a", [["a", "b", "a"]]],
    [
      "a<b b<a c<d d<c",
      [
        ["a", "b", "a"],
        ["c", "d", "c"],
      ],
    ],
    ["a b<a c<a,b", []],
    ["a<gone", []],
  ])("the cycles of %s", (text, expected) => expect(cycles(graph(text))).toEqual(expected))

  it("knows order, roots, leaves, dependents and the longest chain", () => {
    expect(ordered(demo)).toEqual(["T1", "T2", "T5", "T3", "T4", "T6"])
    expect(roots(demo)).toEqual(["T1"])
    expect(leaves(demo)).toEqual(["T6"])
    expect(dependents(demo).get("T2")).toEqual(["T3", "T4"])
    expect(Object.fromEntries(remaining(demo))).toEqual({ T1: 4, T2: 3, T3: 2, T4: 2, T5: 2, T6: 1 })
    expect(remaining(demo, (node) => (node === "T5" ? 10 : 1)).get("T1")).toBe(12)
    expect(ordered(graph("a<b b<a c d<a,c"))).toEqual(["c"])
    expect(missingNeeds(graph("a<x b<a,y"))).toEqual([
      { node: "a", need: "x" },
      { node: "b", need: "y" },
    ])
  })

  it("knows who is ready and who is blocked by whom", () => {
    const done = new Set(["T1", "T2"])
    expect(ready(demo, (node) => done.has(node))).toEqual(["T3", "T4", "T5"])
    expect(ready(graph("a<x b"), () => false)).toEqual(["b"])
    expect(Object.fromEntries(blocked(demo, ["T2", "T5"]))).toEqual({ T3: ["T2"], T4: ["T2"], T6: ["T2", "T5"] })
    expect(blocked(graph("a<a"), ["a"]).size).toBe(0)
  })

  it("is not too deep for a chain of ten thousand", () => {
    const chain: Graph<number> = new Map(Array.from({ length: 10_000 }, (_, id) => [id, id === 9999 ? [] : [id + 1]]))
    expect(cycles(chain)).toEqual([])
    expect(ordered(chain)).toHaveLength(10_000)
    expect(remaining(chain).get(9999)).toBe(10_000)
  })
})

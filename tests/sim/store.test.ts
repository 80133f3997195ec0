import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { Objects } from "../../core/world/git/objects.ts"
import { Refs } from "../../core/world/git/refs.ts"
import type { Expect, Swap } from "../../core/world/git/refs.ts"
import { dice, seed } from "../support/dice.ts"
import { makeRepo } from "../support/repo.ts"
import { simStore } from "../support/simStore.ts"
import { inWorld } from "../support/world.ts"

const names = ["refs/osier/a", "refs/osier/b", "refs/osier/c", "refs/osier/d/below", "refs/heads/x"]

test("the store in memory answers as git does", async () => {
  const roll = dice(seed)
  const repo = makeRepo()
  const store = simStore()
  const pick = <A>(list: readonly A[]): A | undefined => list[Math.floor(roll() * list.length)]
  await inWorld(
    repo.path,
    Effect.gen(function* () {
      const refs = yield* Refs
      const objects = yield* Objects
      const oids: string[] = []
      const who = "Dev <dev@example.com> 1700000000 +0000"
      for (const text of ["one", "two", "three"]) {
        const blob = yield* objects.writeBlob(text)
        const inner = [{ mode: "100644", name: "task.md", oid: blob } as const, { mode: "100644", name: "a.b", oid: blob } as const]
        const tree = yield* objects.writeTree(inner)
        const fields = { tree, parents: oids.slice(-1), message: text, author: who, committer: who }
        const commit = yield* objects.writeCommit(fields)
        expect([store.writeBlob(text), store.writeTree(inner), store.writeCommit(fields)]).toEqual([blob, tree, commit])
        for (const name of [`${commit}:task.md`, `${commit}^{tree}`, `${commit}:none`])
          expect(store.read(name), name).toEqual(yield* objects.read(name))
        oids.push(commit)
      }
      for (let turn = 0; turn < 150; turn++) {
        const given = pick(names) ?? ""
        const other = pick(names.filter((name) => name !== given)) ?? ""
        const right = roll() < 0.7
        const swap: Swap = {
          ref: given,
          from: right ? store.ref(given) : pick([...oids, undefined]),
          to: pick([...oids, ...oids, undefined]),
        }
        if (swap.from === undefined && swap.to === undefined) continue
        const expected: Expect[] = roll() < 0.4 ? [{ ref: other, at: right ? store.ref(other) : pick([...oids, undefined]) }] : []
        const ours = store.swap([swap], expected)?._tag ?? "done"
        const gits = yield* refs.swap([swap], expected).pipe(
          Effect.as("done"),
          Effect.catch((error) => Effect.succeed(error._tag)),
        )
        expect({ turn, swap, expected, said: ours }).toEqual({ turn, swap, expected, said: gits })
        expect(yield* refs.read(given)).toBe(store.ref(given))
      }
      // a ref that is a folder of another one is refused, and trying again doesn't mend it
      const at = store.ref("refs/osier/d/below")
      if (at === undefined) yield* refs.swap([{ ref: "refs/osier/d/below", from: undefined, to: oids[0] }])
      if (at === undefined) store.swap([{ ref: "refs/osier/d/below", from: undefined, to: oids[0] }])
      const folder: Swap = { ref: "refs/osier/d", from: undefined, to: oids[0] }
      const gits = yield* Effect.flip(refs.swap([folder]))
      expect([store.swap([folder])?._tag, gits._tag]).toEqual(["RefFailed", "RefFailed"])
      expect([...store.list("refs/osier/")]).toEqual([...(yield* refs.list("refs/osier/"))])
    }),
  )
})

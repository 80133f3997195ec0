import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { Objects } from "../../../core/world/git/objects.ts"
import { Refs } from "../../../core/world/git/refs.ts"
import { makeRepo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

test("objects written in process are git's own", async () => {
  const repo = makeRepo()
  const [blob, tree, commit] = await inWorld(
    repo.path,
    Effect.gen(function* () {
      const objects = yield* Objects
      const blob = yield* objects.writeBlob("hello\n")
      const inner = yield* objects.writeTree([{ mode: "100644", name: "x", oid: blob }])
      const tree = yield* objects.writeTree([
        { mode: "40000", name: "a", oid: inner },
        { mode: "100644", name: "a.b", oid: blob },
        { mode: "100755", name: "a-b", oid: blob },
      ])
      const who = "Dev <dev@example.com> 1700000000 +0000"
      const commit = yield* objects.writeCommit({ tree, parents: [], message: "one", author: who, committer: who })
      const read = yield* objects.read(`${commit}:a/x`)
      expect(read?.data.toString()).toBe("hello\n")
      expect(yield* objects.read("nothing-like-this")).toBeUndefined()
      expect((yield* objects.look("HEAD"))?.type).toBe("commit")
      return [blob, tree, commit]
    }),
  )
  expect(repo.git("fsck", "--strict")).not.toMatch(/error/)
  expect(repo.git("hash-object", "-t", "blob", "--stdin", "-w", "--path", "x").length).toBe(40)
  expect(repo.git("cat-file", "-t", tree)).toBe("tree")
  expect(repo.git("show", "-s", "--format=%s", commit)).toBe("one")
  expect(repo.git("cat-file", "blob", blob)).toBe("hello")
})

test("a swap is won once, a lost one is told, and the writer goes on", async () => {
  const repo = makeRepo()
  const a = repo.git("rev-parse", "HEAD")
  const b = repo.commit("two", { "two.txt": "2" })
  const ref = "refs/osier/locks/task/1"
  await inWorld(
    repo.path,
    Effect.gen(function* () {
      const refs = yield* Refs
      yield* refs.swap([{ ref, from: undefined, to: a }])
      expect(yield* refs.read(ref)).toBe(a)
      const again = yield* Effect.flip(refs.swap([{ ref, from: undefined, to: b }]))
      expect(again._tag).toBe("SwapLost")
      const stale = yield* Effect.flip(refs.swap([{ ref, from: b, to: a }]))
      expect(stale._tag).toBe("SwapLost")
      const fenced = yield* Effect.flip(refs.swap([{ ref: "refs/heads/x", from: undefined, to: a }], [{ ref, at: b }]))
      expect(fenced._tag).toBe("SwapLost")
      expect(yield* refs.read("refs/heads/x")).toBeUndefined()
      yield* refs.swap([{ ref, from: a, to: b }], [{ ref: "refs/heads/main", at: b }])
      expect([...(yield* refs.list("refs/osier/"))]).toEqual([[ref, b]])
      yield* refs.swap([{ ref, from: b, to: undefined }])
      expect(yield* refs.read(ref)).toBeUndefined()
      const gone = yield* Effect.flip(refs.swap([{ ref, from: b, to: undefined }]))
      expect(gone._tag).toBe("SwapLost")
    }),
  )
})

test("of many racing processes exactly one swap wins", async () => {
  const repo = makeRepo()
  const a = repo.git("rev-parse", "HEAD")
  const race = Effect.gen(function* () {
    const refs = yield* Refs
    return yield* refs.swap([{ ref: "refs/osier/locks/task/7", from: undefined, to: a }]).pipe(
      Effect.as(1),
      Effect.catchTag("SwapLost", () => Effect.succeed(0)),
    )
  })
  const wins = await Promise.all(Array.from({ length: 8 }, () => inWorld(repo.path, race)))
  expect(wins.reduce((sum, one) => sum + one, 0)).toBe(1)
})

import { expect, test } from "vitest"
import { splitLines } from "../../core/kit/index.ts"

const split = async (pieces: readonly (string | Uint8Array)[], limit = 1000): Promise<readonly string[]> => {
  async function* chunks() {
    for (const piece of pieces) yield typeof piece === "string" ? Buffer.from(piece) : piece
  }
  const lines: string[] = []
  for await (const line of splitLines(chunks(), limit)) lines.push(line)
  return lines
}

test("at LF only: U+2028, U+2029, U+0085 and CR are part of a line", async () => {
  expect(await split(["a\u2028b\u2029c\u0085d\re\nf\n"])).toEqual(["a\u2028b\u2029c\u0085d\re", "f"])
})

test("a last line without LF counts, an empty line too", async () => {
  expect(await split(["a\n\nb"])).toEqual(["a", "", "b"])
  expect(await split([])).toEqual([])
  expect(await split(["a\n"])).toEqual(["a"])
})

test("characters cut in two by a chunk are whole again", async () => {
  const bytes = Buffer.from("🌱ü\n€\n")
  const single = Array.from(bytes, (byte) => Uint8Array.of(byte))
  expect(await split(single)).toEqual(["🌱ü", "€"])
})

test("a line longer than the limit is cut, the next one is whole", async () => {
  expect(await split(["x".repeat(50), "y".repeat(50), "\nnext\n"], 60)).toEqual([`${"x".repeat(50)}${"y".repeat(10)}`, "next"])
})

test("nothing is read before it is asked for", async () => {
  let read = 0
  async function* chunks() {
    for (;;) {
      read += 1
      yield Buffer.from("line\n")
    }
  }
  const lines = splitLines(chunks(), 100)
  expect(read).toBe(0)
  await lines.next()
  expect(read).toBe(1)
  await lines.return(undefined)
})

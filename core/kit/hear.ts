import type { Program } from "./program.ts"

/** What a program lets one notice: a line, what it wrote last before it fell silent in the middle of one, or only that it writes. */
export type Heard = { readonly type: "line" | "open"; readonly text: string } | { readonly type: "alive" }

const quietMs = 1000

/** Everything a program lets one notice. Progress on stderr, or a line that is drawn again and again, is a sign of life, too. */
export async function* hear(program: Program): AsyncGenerator<Heard> {
  const lines = program.lines[Symbol.asyncIterator]()
  let next = lines.next()
  let before = ""
  let told = ""
  let written = 0
  let spoke = performance.now()
  for (;;) {
    let timer: NodeJS.Timeout | undefined
    const quiet = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), quietMs)))
    const got = await Promise.race([next, quiet])
    clearTimeout(timer)
    if (got?.done === true) return
    if (got !== undefined) {
      next = lines.next()
      const blank = got.value.trim() === ""
      if (blank && performance.now() - spoke < quietMs) continue
      spoke = performance.now()
      written = program.written()
      yield blank ? { type: "alive" } : { type: "line", text: got.value }
      continue
    }
    if (program.written() !== written) yield { type: "alive" }
    spoke = performance.now()
    written = program.written()
    const open = program.unfinished()
    if (open === before && open !== told) yield { type: "open", text: (told = open) }
    before = open
  }
}

import { expect, test } from "vitest"
import { hear, jsonLines, startProgram } from "../../core/kit/index.ts"
import { options } from "../support/programRun.ts"

/** What a script lets one notice, up to its end. */
const heardOf = async (script: string) => {
  const kinds: string[] = []
  const program = startProgram(options(script), new AbortController().signal)
  for await (const heard of hear(program)) kinds.push(heard.type === "alive" ? "alive" : heard.text)
  await program.exit
  return kinds
}

test.concurrent.each([
  ["progress on stderr", "for i in 1 2 3 4 5 6 7 8; do echo $i >&2; sleep 0.3; done"],
  ["a line that is drawn again and again", "for i in 1 2 3 4 5 6 7 8; do printf '\\r%s' $i; sleep 0.3; done"],
  ["empty lines", "for i in 1 2 3 4 5 6 7 8; do echo; sleep 0.3; done"],
])("%s is a sign of life", async (_what, script) => {
  expect((await heardOf(script)).filter((kind) => kind === "alive").length).toBeGreaterThan(0)
})

test.concurrent("silence is none", async () => {
  expect(await heardOf("echo a; sleep 2.5; echo b")).toEqual(["a", "b"])
})

test.concurrent("an agent that prints what is no event, or half of one, is alive", async () => {
  const script = `for i in 1 2 3 4 5 6 7; do echo "warning $i"; sleep 0.2; done; printf '{"a":'; for i in 1 2 3 4 5 6 7; do printf '1'; sleep 0.3; done; echo '}'`
  const program = startProgram(options(script), new AbortController().signal)
  const kinds: string[] = []
  const reader = { read: () => [], end: () => ({ ok: true, reason: "done" }) }
  for await (const event of jsonLines(program, reader)) kinds.push(event.type)
  expect(kinds.filter((kind) => kind === "alive").length).toBeGreaterThan(1)
  expect(kinds.at(-1)).toBe("ended")
})

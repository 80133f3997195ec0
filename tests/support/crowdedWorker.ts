import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { closeSync, openSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { startProgram } from "../../core/kit/program.ts"
import { conversation } from "../../core/world/machine/conversation.ts"
import { Files } from "../../core/world/machine/files.ts"
import { Journal } from "../../core/world/journal/journal.ts"
import { Machine } from "../../core/world/machine/machine.ts"
import { Mutex } from "../../core/world/machine/mutex.ts"
import { isCrowded } from "../../core/world/machine/patience.ts"
import { Process } from "../../core/world/machine/process.ts"
import { walk } from "../../core/world/machine/walk.ts"

/** Does what osier does with files and programs in a folder while not one more file can be opened, and prints what came of each. */
const [directory = ""] = process.argv.slice(2)
for (let n = 0; n < 300; n++) writeFileSync(join(directory, `${n}.txt`), String(n))

const taken: number[] = []
const fill = () => {
  try {
    for (;;) taken.push(openSync(join(directory, "0.txt"), "r"))
  } catch (cause) {
    if (!isCrowded(cause)) throw cause
  }
}
const free = () => {
  for (const file of taken.splice(0)) closeSync(file)
}

/** The first try of each finds no room at all; there is some a moment later. */
const inCrowd = <A, E, R>(act: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    fill()
    setTimeout(free, 50)
    return act
  }).pipe(Effect.ensuring(Effect.sync(free)))

const env = { PATH: process.env["PATH"] ?? "" }
const echo = { argv: ["cat"], cwd: directory, env } as const
const agent = Effect.promise(async () => {
  const stop = { signal: "SIGTERM", to: "group" } as const
  const program = startProgram({ command: ["cat"], cwd: directory, env, input: "a\nb\n", stop }, new AbortController().signal)
  const lines: string[] = []
  for await (const line of program.lines) lines.push(line)
  return [lines, (await program.exit).code]
})

const all = Effect.gen(function* () {
  const { read, write } = yield* Files
  const { run } = yield* Process
  const { append, flush } = yield* Journal
  const talk = yield* conversation(echo)
  const told = Effect.andThen(append({ type: "AgentSaid", task: 1, attempt: 1, text: "hear" }), flush)
  return {
    read: (yield* inCrowd(read(join(directory, "7.txt"))))?.toString(),
    absent: (yield* inCrowd(read(join(directory, "none.txt")))) === undefined,
    written: yield* inCrowd(write(join(directory, "new", "file"), "x")).pipe(Effect.as(true)),
    walked: (yield* inCrowd(walk(directory))).filter(({ path }) => path.endsWith(".txt")).length,
    journal: yield* inCrowd(told).pipe(Effect.as(true)),
    program: (yield* inCrowd(run({ argv: ["echo", "hi"], cwd: directory, env }))).stdout.toString(),
    conversation: yield* inCrowd(talk.ask("hello\n", (bytes) => ({ used: bytes.length, value: bytes.toString() }))),
    agent: yield* inCrowd(agent),
  }
})

const world = Layer.mergeAll(
  Files.layer,
  Process.layer,
  Journal.layer(directory, "r1").pipe(Layer.provide(Mutex.layer.pipe(Layer.provide(Machine.layer)))),
)
console.log(JSON.stringify(await Effect.runPromise(Effect.scoped(Effect.provide(all, world)))))

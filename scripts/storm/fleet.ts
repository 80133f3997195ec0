import { fork } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { join } from "node:path"
import type { Answer } from "./figures.ts"
import type { Order } from "./order.ts"
import { environment } from "./place.ts"

/** Contenders that are ready; those of a round start at the same gun. */
export interface Fleet extends AsyncDisposable {
  /** The first so many contenders, each with its order; answers when all have. */
  readonly round: (orders: readonly Order[]) => Promise<readonly Answer[]>
}

interface Contender {
  readonly child: ChildProcess
  /** The next thing that it says. */
  readonly heard: () => Promise<unknown>
}

const start = (clone: string, remotes: readonly string[]): Contender => {
  const child = fork(join(import.meta.dirname, "contender.ts"), [clone, ...remotes], {
    cwd: clone,
    env: environment,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  })
  const said: unknown[] = []
  const waiting: ((message: unknown) => void)[] = []
  const tell = (message: unknown) => {
    const first = waiting.shift()
    if (first === undefined) said.push(message)
    else first(message)
  }
  child.on("message", tell)
  child.once("exit", (code) => tell({ won: false, ms: 0, ids: [], failed: `the contender ended with ${code}` } satisfies Answer))
  return { child, heard: () => (said.length > 0 ? Promise.resolve(said.shift()) : new Promise((resolve) => waiting.push(resolve))) }
}

const isAnswer = (value: unknown): value is Answer => typeof value === "object" && value !== null && "won" in value && "ms" in value

/** One contender for each of these clones, which may repeat; every one of them can reach every remote. */
export const fleet = async (clones: readonly string[], remotes: readonly string[]): Promise<Fleet> => {
  const all = clones.map((clone) => start(clone, remotes))
  for (const { heard } of all) {
    const first = await heard()
    if (first !== "ready") throw new Error(`a contender did not start: ${JSON.stringify(first)}`)
  }
  return {
    round: async (orders) => {
      const some = all.slice(0, orders.length)
      const answers = some.map(({ heard }) => heard())
      for (const [at, { child }] of some.entries()) child.send(orders[at] ?? "")
      const told = await Promise.all(answers)
      const free = some.map(({ heard }) => heard())
      for (const { child } of some) child.send("let go")
      await Promise.all(free)
      return told.map((one) => (isAnswer(one) ? one : { won: false, ms: 0, ids: [], failed: `it said ${JSON.stringify(one)}` }))
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(
        all.map(
          ({ child }) =>
            new Promise<void>((resolve) => {
              if (child.exitCode !== null || child.signalCode !== null) return resolve()
              child.once("exit", () => resolve())
              if (child.connected) child.send("end")
            }),
        ),
      )
    },
  }
}

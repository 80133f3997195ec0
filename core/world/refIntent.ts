import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { mkdirSync, writeFileSync } from "node:fs"
import * as fs from "node:fs/promises"
import { dirname, join } from "node:path"
import { ProcessIdentity } from "../domain/processIdentity.ts"
import { Machine } from "./machine.ts"
import { processTable } from "./processTable.ts"
import { Repository } from "./repository.ts"

const Intent = Schema.fromJsonString(Schema.Struct({ owner: ProcessIdentity, git: Schema.Natural, refs: Schema.Array(Schema.String) }))

/**
 * Which refs this process is about to move, written down before, so that a lock file left by a killed git can be told from
 * one that is in use. Only what is listed here, by a process proven dead, and as old as the intent, is ever removed.
 */
export class RefIntent extends Context.Service<
  RefIntent,
  {
    readonly started: (pid: number) => void
    readonly around: <A, E>(refs: readonly string[], transaction: Effect.Effect<A, E>) => Effect.Effect<A, E>
    readonly sweep: Effect.Effect<readonly string[]>
  }
>()("core/world/RefIntent") {
  static readonly layer = Layer.effect(
    RefIntent,
    Effect.gen(function* () {
      const { own, commonDir } = yield* Repository
      const machine = yield* Machine
      const folder = join(own, "intents")
      const file = join(folder, `${machine.self.pid}-${machine.self.started.replaceAll(/\W/g, "")}.json`)
      let git = 0
      let announced: readonly string[] = []
      // The disk may be full; the swap itself then says so.
      const write = () => {
        const text = JSON.stringify({ owner: machine.self, git, refs: announced })
        try {
          writeFileSync(file, text)
        } catch {
          try {
            mkdirSync(dirname(file), { recursive: true })
            writeFileSync(file, text)
          } catch {
            return
          }
        }
      }
      yield* Effect.addFinalizer(() => Effect.promise(() => fs.rm(file, { force: true }).catch(() => undefined)))

      const started = (pid: number) => {
        git = pid
        write()
      }
      const around = <A, E>(refs: readonly string[], transaction: Effect.Effect<A, E>): Effect.Effect<A, E> =>
        Effect.suspend(() => {
          announced = refs
          write()
          return transaction
        })

      const sweepOne = Effect.fnUntraced(function* (path: string) {
        const text = yield* Effect.promise(() => fs.readFile(path, "utf8").catch(() => ""))
        const intent = Option.getOrUndefined(Schema.decodeUnknownOption(Intent)(text))
        if (intent === undefined) return []
        const mine = path === file
        if (!mine && (yield* machine.liveness(intent.owner)) !== "dead") return []
        const written = yield* Effect.promise(() =>
          fs.stat(path).then(
            (s) => s.mtimeMs,
            () => 0,
          ),
        )
        const gone = (yield* Effect.promise(() => processTable.look(intent.git))) === undefined
        const removed: string[] = []
        for (const lock of [...intent.refs, "packed-refs"].map((ref) => join(commonDir, `${ref}.lock`))) {
          const born = yield* Effect.promise(() =>
            fs.stat(lock).then(
              (s) => s.mtimeMs,
              () => undefined,
            ),
          )
          if (born === undefined || born > written + 10_000 || born < written) continue
          if (!gone && (mine || Date.now() - born < 10_000)) continue
          yield* Effect.promise(() => fs.rm(lock, { force: true }))
          removed.push(lock)
        }
        if (!mine) yield* Effect.promise(() => fs.rm(path, { force: true }))
        return removed
      })
      const sweep = Effect.gen(function* () {
        const names = yield* Effect.promise(() => fs.readdir(folder).catch(() => []))
        return (yield* Effect.forEach(
          names.filter((name) => name.endsWith(".json")),
          (name) => sweepOne(join(folder, name)),
        )).flat()
      })
      return { started, around, sweep }
    }),
  )
}

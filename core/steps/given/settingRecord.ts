import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { join } from "node:path"
import { Files } from "../../world/machine/files.ts"
import { Machine } from "../../world/machine/machine.ts"
import { Repository } from "../../world/git/repository.ts"
import { settingChanges } from "./configuration.ts"
import type { Configuration } from "./configuration.ts"

const Saved = Schema.fromJsonString(
  Schema.Struct({
    owner: Schema.Struct({ host: Schema.String, boot: Schema.String, pid: Schema.Natural, started: Schema.String }),
    files: Schema.Array(
      Schema.Struct({
        path: Schema.String,
        kind: Schema.Literals(["config", "hook", "file"]),
        mode: Schema.Natural,
        bytes: Schema.String,
      }),
    ),
  }),
)
const decode = Schema.decodeUnknownOption(Saved)
const encode = Schema.encodeSync(Saved)

const nameOf = (run: string): string => `configuration-${run}.json`

/** Writes down what git obeyed before an agent started, for the case that osier does not live to look again. */
export const recordConfiguration = Effect.fn("recordConfiguration")(function* (run: string, configuration: Configuration) {
  const files = yield* Files
  const { own } = yield* Repository
  const { host, boot, pid, started } = (yield* Machine).self
  const all = [...configuration].map(([path, { kind, mode, bytes }]) => ({ path, kind, mode, bytes: bytes.toString("base64") }))
  yield* files.write(join(own, nameOf(run)), `${encode({ owner: { host, boot, pid, started }, files: all })}\n`, 0o600)
})

/** A run that ends has looked itself. */
export const dropConfiguration = Effect.fn("dropConfiguration")(function* (run: string) {
  const files = yield* Files
  const { own } = yield* Repository
  yield* files.remove(join(own, nameOf(run)))
})

/** What changed since runs that died without looking again. */
export const changesOfTheDead = Effect.fn("changesOfTheDead")(function* (now: Configuration) {
  const files = yield* Files
  const machine = yield* Machine
  const { own } = yield* Repository
  const found = []
  for (const name of yield* files.list(own)) {
    const run = /^configuration-(\w+)\.json$/.exec(name)?.[1]
    const text = run === undefined ? undefined : yield* files.text(join(own, name))
    if (run === undefined || text === undefined) continue
    const saved = Option.getOrUndefined(decode(text))
    if (saved !== undefined && (yield* machine.liveness(saved.owner)) !== "dead") continue
    const before = new Map((saved?.files ?? []).map(({ path, bytes, ...rest }) => [path, { ...rest, bytes: Buffer.from(bytes, "base64") }]))
    const changes = saved === undefined ? [] : yield* settingChanges(before, now)
    found.push({ run, changes })
  }
  return found
})

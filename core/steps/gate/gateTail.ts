import * as Effect from "effect/Effect"
import { lastLines } from "../../domain/task/judgement.ts"
import { redacted, secretValues } from "../../domain/secret/secret.ts"
import { Files } from "../../world/machine/files.ts"
import { Environment } from "../../world/machine/environment.ts"

/** So much of the end of an output is looked at for lines that say something. */
const endBytes = 16 * 1024

/** The last telling lines that a gate printed into its log; none where the log is gone. */
export const gateTail = Effect.fn("gateTail")(function* (log: string) {
  const files = yield* Files
  const bytes = yield* files.read(log).pipe(Effect.orElseSucceed(() => undefined))
  if (bytes === undefined) return []
  const values = secretValues(yield* Environment)
  // A colour that stands right before a secret would hide where it begins.
  return lastLines(bytes.subarray(-endBytes).toString()).map((line) => redacted(line, values))
})

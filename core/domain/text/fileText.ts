import * as Result from "effect/Result"
import { decodeText } from "./decodeText.ts"
import type { Problem } from "./problem.ts"

/** The text of a file that a person wrote, or what is wrong with its bytes, and where. */
export const fileText = (bytes: Uint8Array, file: string): Result.Result<string, Problem> =>
  Result.mapError(decodeText(bytes), ({ line, reason }) => ({ file, line, message: reason, hint: "save it as UTF-8 text" }))

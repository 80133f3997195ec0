import * as Effect from "effect/Effect"
import * as fs from "node:fs/promises"
import { hookEnvironment } from "../git/gitEnvironment.ts"
import { Git } from "../git/git.ts"
import { codeOf, patiently } from "../machine/patience.ts"
import { Process } from "../machine/process.ts"
import { lastWords } from "./remoteAnswer.ts"
import { Environment } from "../machine/environment.ts"

/** Why the user's own hook before a push says no; undefined when it says yes. One that can't be started at all says no, as to git. */
export const ownHook = Effect.fn("ownHook")(function* (asked: {
  readonly hook: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly input: string
  readonly timeoutMs: number
}) {
  const processes = yield* Process
  const git = yield* Git
  const { hook, args, cwd, input, timeoutMs } = asked
  if (!(yield* Effect.promise(() => isRun(hook)))) return undefined
  const env = hookEnvironment(yield* Environment, yield* git.text(["--exec-path"], { cwd }))
  const ended = yield* processes
    .run({ argv: [hook, ...args], cwd, env, input, timeoutMs })
    .pipe(Effect.catchTag("CannotStart", ({ message }) => Effect.succeed(message)))
  if (typeof ended === "string") return ended
  if (ended.code === 0) return undefined
  return ended.timedOut ? "the pre-push hook did not end in time" : lastWords(ended.stderr + ended.stdout.toString())
})

/** git passes over a hook that is not there or not executable, and over nothing else. */
const isRun = (hook: string): Promise<boolean> =>
  patiently(() => fs.access(hook, fs.constants.X_OK)).then(
    () => true,
    (cause: unknown) => !["ENOENT", "ENOTDIR", "EACCES"].includes(codeOf(cause)),
  )

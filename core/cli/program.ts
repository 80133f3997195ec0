import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Result from "effect/Result"
import type { AdapterFacts } from "../plugin.ts"
import { BuiltIn } from "../world/pool/builtIn.ts"
import { PoolWorker } from "../world/pool/poolWorker.ts"
import { commands } from "./commands.ts"
import { parseCommandLine, wantsJson } from "./commandLine.ts"
import { reportFailure } from "./failure.ts"
import { textFlag } from "./flags.ts"
import { folderMeant } from "./folderMeant.ts"
import { lastNet } from "./lastNet.ts"
import { logger } from "./logger.ts"
import type { Screen } from "./screen.ts"
import { verbCode } from "./verbCode.ts"

const about = "osier runs many coding agents side by side on one git repository, and weaves their work into a branch that stays green."

const examples = [
  "osier init  # detect tests and agents, write osier.yaml",
  'osier run "Add a login page" "Explain the API in docs/api.md"  # two tasks side by side',
  "osier run --from plan.yaml --dry-run  # show the order before anything is spent",
  "osier ls  # where every task stands",
]

/** What only the roof knows: which osier this is, and the file that its workers start with. */
export interface Roof {
  readonly version: string
  readonly worker: URL
  /** The adapters that come with osier; read with a verb's code, as only verbs need them. */
  readonly adapters: () => Promise<readonly AdapterFacts[]>
}

/** Runs a verb to its end; what escapes from it into the process is told, and then ends it as Ctrl-C would. */
const inOrder = async <A, E>(verb: Effect.Effect<A, E>, tell: (cause: unknown) => number): Promise<Exit.Exit<A, E> | number> => {
  const fiber = Effect.runFork(verb)
  let told: number | undefined
  const takeAway = lastNet((cause) => {
    told = tell(cause)
    Effect.runFork(Fiber.interrupt(fiber))
  }, process)
  try {
    const ended = await Effect.runPromise(Fiber.await(fiber))
    return told ?? ended
  } finally {
    takeAway()
  }
}

/** Runs one command line (without the program's own name) and answers with the exit code. */
export const program = async (argv: readonly string[], screen: Screen, { version, worker, adapters }: Roof): Promise<number> => {
  const json = wantsJson(argv)
  const debug = Boolean(process.env["OSIER_DEBUG"])
  const fail = (cause: Cause.Cause<unknown>) => reportFailure(cause, screen, json, debug)
  const asked = parseCommandLine(argv, { name: "osier", version, about, examples, commands })
  if (Result.isFailure(asked)) return fail(Cause.fail(asked.failure))
  if (asked.success.kind === "show") {
    screen.out(asked.success.text)
    return 0
  }
  const { name, args, flags } = asked.success
  const at = folderMeant(textFlag(flags, "C"))
  if (Result.isFailure(at)) return fail(Cause.fail(at.failure))
  try {
    // A verb's own code, and all that it stands on, is read only when it is asked for: `--help` answers at once.
    const load = verbCode[name]
    if (load === undefined) throw new Error(`the verb ${name} has no code`)
    const [verb, builtIn] = await Promise.all([load(), adapters()])
    const call = { args, flags, json, at: at.success, screen, version }
    const ended = await inOrder(
      verb(call).pipe(
        Effect.provide(Layer.mergeAll(Logger.layer([logger(screen)]), Layer.succeed(PoolWorker, worker), Layer.succeed(BuiltIn, builtIn))),
      ),
      (cause) => fail(Cause.die(cause)),
    )
    return typeof ended === "number" ? ended : Exit.isSuccess(ended) ? ended.value : fail(ended.cause)
  } catch (defect) {
    return fail(Cause.die(defect))
  }
}

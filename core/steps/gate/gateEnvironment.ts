import * as Effect from "effect/Effect"
import { delimiter, isAbsolute, join } from "node:path"
import { childEnvironment } from "../../domain/settings/environment.ts"
import type { Gate } from "../../domain/settings/settings.ts"
import type { GateEnvironment, Program } from "../../domain/settings/verdictKey.ts"
import { Files } from "../../world/machine/files.ts"
import { RunIdentity } from "../../world/git/runIdentity.ts"
import type { GatesInForce } from "./gateSettings.ts"
import { Environment } from "../../world/machine/environment.ts"

/** The task that is judged, as its gates see it in their environment. */
export interface JudgedTask {
  readonly id: number
  readonly slug: string
  readonly title: string
  readonly branch?: string
  readonly attempt?: number
}

/** What a gate finds in its environment besides what is the same for every task. */
export const gateVariables = (input: {
  readonly path: string
  readonly port: number
  readonly base: string | undefined
  readonly task: JudgedTask | undefined
}): Readonly<Record<string, string>> => {
  const { path, port, base, task } = input
  return {
    OSIER_TREE: path,
    ...(port === 0 ? {} : { OSIER_PORT: String(port) }),
    ...(base === undefined ? {} : { OSIER_BASE: base }),
    ...(task === undefined ? {} : { OSIER_TASK: String(task.id), OSIER_SLUG: task.slug, OSIER_TITLE: task.title }),
    ...(task?.branch === undefined ? {} : { OSIER_BRANCH: task.branch }),
    ...(task?.attempt === undefined ? {} : { OSIER_ATTEMPT: String(task.attempt) }),
  }
}

/** The environment of a gate that is the same whatever it judges. */
export const standingVariables = Effect.fn("standingVariables")(function* (gate: Pick<Gate, "env">, inForce: GatesInForce) {
  const { committer } = yield* RunIdentity
  return childEnvironment(yield* Environment, gate.env, committer, { ...inForce.env, CI: "true" })
})

/** Programs that run on another one; its version counts too. */
const runsOn: Readonly<Record<string, string>> = { npm: "node", npx: "node", pnpm: "node", yarn: "node" }

/** The machine's part in a gate's verdict. A program that lies in the tree is part of what is judged, not of the machine. */
export const gateEnvironment = Effect.fn("gateEnvironment")(function* (
  gate: Gate,
  variables: Readonly<Record<string, string>>,
  prepared: string,
) {
  const name = gate.run[0] ?? ""
  const names = [name, ...(runsOn[name] === undefined ? [] : [runsOn[name]])]
  const found = yield* Effect.forEach(names, (each) => programOf(each, variables["PATH"] ?? ""))
  return {
    os: process.platform,
    arch: process.arch,
    programs: found.filter((each) => each !== undefined),
    prepared,
    variables,
  } satisfies GateEnvironment
})

const programOf = Effect.fnUntraced(function* (name: string, path: string) {
  const files = yield* Files
  const places = isAbsolute(name) ? [name] : /[\\/]/.test(name) ? [] : path.split(delimiter).map((folder) => join(folder, name))
  for (const place of places) {
    const real = yield* files.realPath(place).pipe(Effect.orElseSucceed(() => undefined))
    const stat = real === undefined ? undefined : yield* files.stat(real)
    if (real !== undefined && stat?.isFile() === true) {
      return { name, path: real, size: stat.size, changedMs: stat.mtimeMs } satisfies Program
    }
  }
  return undefined
})

import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { dirname, isAbsolute, join, relative, sep } from "node:path"
import { agentsWithin, openFilesFor } from "../../domain/settings/agentsWithin.ts"
import { agentProfile } from "../../domain/settings/agentProfile.ts"
import { preflightBranches } from "../../steps/tree/claimBranch.ts"
import { gateEnvironment, standingVariables } from "../../steps/gate/gateEnvironment.ts"
import { treeRootBlocked } from "../../steps/tree/treeRootBlocked.ts"
import { Files } from "../../world/machine/files.ts"
import { Git } from "../../world/git/git.ts"
import { Objects } from "../../world/git/objects.ts"
import { openFilesLimit } from "../../world/machine/openFiles.ts"
import { Refs } from "../../world/git/refs.ts"
import { Repository } from "../../world/git/repository.ts"
import { Adapters } from "../context/adapters.ts"
import { gatesAt } from "../judge/gates.ts"
import { RunContext } from "../context/runContext.ts"

/** A gate names a program that is not there: it could only ever say "unrunnable". */
export class GateUnrunnable extends Data.TaggedError("GateUnrunnable")<{ readonly gate: string; readonly program: string }> {
  override get message() {
    return `gate ${this.gate} can't run: there is no program ${this.program}`
  }
  get hint() {
    return `Install ${this.program}, or correct gates.${this.gate}.run in osier.yaml. Nothing was started.`
  }
  readonly exit = 2
  readonly file = "osier.yaml"
  get field() {
    return `gates.${this.gate}.run`
  }
}

/** A task's agent can't work as it is configured. */
export class AgentUnusable extends Data.TaggedError("AgentUnusable")<{ readonly agent: string; readonly reason: string }> {
  override get message() {
    return `agent ${this.agent} can't be used: ${this.reason}`
  }
  get hint() {
    return "Correct `agents` in osier.yaml; `osier schema settings` shows how. Nothing was started."
  }
  readonly exit = 2
}

/** Trees would stand among files of the repository, and be hidden from git together with them. */
export class TreeRootTaken extends Data.TaggedError("TreeRootTaken")<{ readonly root: string; readonly path: string }> {
  override get message() {
    return `the folder for trees, ${this.root}, holds files of the repository: ${this.path}`
  }
  get hint() {
    return "Name a folder of its own as tree.root in osier.yaml, or leave it out: trees then stand beside the repository. Nothing was started."
  }
  readonly exit = 2
  readonly file = "osier.yaml"
  readonly field = "tree.root"
}

/** Nothing can be written where everything of a run is. */
export class NotWritable extends Data.TaggedError("NotWritable")<{ readonly path: string }> {
  override get message() {
    return `nothing can be written into ${this.path}: it is read-only, or somebody else's`
  }
  get hint() {
    return `Make it writable for you (\`ls -ld ${this.path}\`), then run the same command again. Nothing was started.`
  }
  readonly exit = 3
}

/** Too little room to work in. */
export class DiskFull extends Data.TaggedError("DiskFull")<{ readonly path: string; readonly freeBytes: number }> {
  override get message() {
    return `only ${Math.floor(this.freeBytes / 1_000_000)} MB are free at ${this.path}, too little to start work`
  }
  get hint() {
    return "Make room (`osier clean` frees what is proven landed), then run the same command again."
  }
  readonly exit = 3
}

/** Fewer files may be open at once than osier and one agent need. */
export class TooFewFiles extends Data.TaggedError("TooFewFiles")<{ readonly limit: number }> {
  override get message() {
    return `only ${this.limit} files may be open at once here (ulimit -n), too few for osier and one agent`
  }
  get hint() {
    return `Type \`ulimit -n ${openFilesFor(1)}\`, then run the same command again. Nothing was started.`
  }
  readonly exit = 3
}

/** Below this no new work is started: a full disk in the middle of it would cost more. */
const reserveBytes = 200_000_000

/** Finds what would make every attempt useless before anything is created or spent. */
export const preflight = Effect.fn("preflight")(function* (agents: readonly string[]) {
  const refs = yield* Refs
  const objects = yield* Objects
  const { targetRef, settings, signingTried } = yield* RunContext
  const limit = agents.length === 0 ? undefined : yield* openFilesLimit
  if (limit !== undefined && agentsWithin(limit) < 1) return yield* new TooFewFiles({ limit })
  yield* writable
  yield* room
  yield* rootOfItsOwn
  yield* preflightBranches(settings.branch)
  const tip = (yield* refs.read(targetRef)) ?? ""
  const inForce = yield* gatesAt(tip)
  for (const gate of inForce.gates) {
    const program = gate.run[0] ?? ""
    const variables = yield* standingVariables(gate, inForce)
    const found = (yield* gateEnvironment(gate, variables, "")).programs.some((one) => one.name === program)
    const inTree = !isAbsolute(program) && /[\\/]/.test(program)
    // A program that set-up makes, as in node_modules/.bin, is not in the target's tree either.
    const made = inTree && (inForce.setup.length > 0 || (yield* objects.look(`${tip}:${program.replace(/^\.\//, "")}`)) !== undefined)
    if (!found && !made) return yield* new GateUnrunnable({ gate: gate.name, program })
  }
  yield* usable(agents)
  // Last, as it may ask for a touch of the key.
  yield* signingTried
})

/** Each of these agents is there, and could be started as it is configured. */
export const usable = Effect.fn("usable")(function* (agents: readonly string[]) {
  const { settings } = yield* RunContext
  const adapters = yield* Adapters
  for (const agent of new Set(agents)) {
    const profile = agentProfile(settings, agent, adapters.names)
    if (profile === undefined) return yield* new AgentUnusable({ agent, reason: "there is none of that name" })
    if (!adapters.names.includes(profile.adapter))
      return yield* new AgentUnusable({ agent, reason: `there is no adapter ${profile.adapter}` })
    if (adapters.factsOf(profile.adapter)?.needsCommand === true && profile.command === undefined)
      return yield* new AgentUnusable({ agent, reason: `a ${profile.adapter} agent needs a \`command\`` })
  }
})

/** Whoever names a folder for trees inside of the checkout names one that git has nothing in. */
const rootOfItsOwn = Effect.gen(function* () {
  const git = yield* Git
  const { root, bare } = yield* Repository
  const { treeRoot } = yield* RunContext
  const inside = relative(root, treeRoot)
  if (bare || inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside)) return
  const [path] = yield* git.fields(["ls-files", "-z", "--", inside === "" ? "." : `:(literal)${inside}`], { cwd: root })
  if (path !== undefined) return yield* new TreeRootTaken({ root: treeRoot, path })
})

/** git and osier write into all of these. */
const writable = Effect.gen(function* () {
  const files = yield* Files
  const { commonDir, own } = yield* Repository
  for (const path of [commonDir, join(commonDir, "objects"), join(commonDir, "refs"), own])
    if ((yield* files.stat(path)) !== undefined && !(yield* files.writable(path))) return yield* new NotWritable({ path })
  const blocked = yield* treeRootBlocked((yield* RunContext).treeRoot)
  if (blocked !== undefined) return yield* blocked
})

/** Work is not started on a disk that is about to be full. */
export const room = Effect.gen(function* () {
  const files = yield* Files
  const { commonDir } = yield* Repository
  const { treeRoot } = yield* RunContext
  // Trees may stand on another disk; before the first of them the folder around theirs says how full that is.
  for (const place of [commonDir, treeRoot, dirname(treeRoot)]) {
    const freeBytes = yield* files.freeBytes(place).pipe(Effect.orElseSucceed(() => Number.POSITIVE_INFINITY))
    if (freeBytes < reserveBytes) return yield* new DiskFull({ path: place, freeBytes })
  }
})

import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { delimiter, join, resolve } from "node:path"
import { agentVariables, childEnvironment } from "../../domain/settings/environment.ts"
import { lockRef } from "../../domain/lock/lock.ts"
import { count } from "../../domain/text/plainText.ts"
import type { Settings } from "../../domain/settings/settings.ts"
import { printSize } from "../../domain/text/size.ts"
import { hiddenCheckout } from "../../steps/checkout/hiddenCheckout.ts"
import { astray } from "../../steps/checkout/astray.ts"
import { listClaims } from "../../steps/task/claims.ts"
import { fenceOfTree, listTrees, taskOfTree } from "../../steps/tree/listTrees.ts"
import { liveRuns } from "../../steps/lock/liveRuns.ts"
import { surveyLocks } from "../../steps/lock/surveyLocks.ts"
import { treeRootBlocked } from "../../steps/tree/treeRootBlocked.ts"
import { Files } from "../../world/machine/files.ts"
import { Git } from "../../world/git/git.ts"
import { Journal } from "../../world/journal/journal.ts"
import { BuiltIn } from "../../world/pool/builtIn.ts"
import { Adapters } from "../context/adapters.ts"
import { Pool } from "../../world/pool/pool.ts"
import { Reaper } from "../../world/machine/reaper.ts"
import { Refs } from "../../world/git/refs.ts"
import { Repository } from "../../world/git/repository.ts"
import { RunIdentity } from "../../world/git/runIdentity.ts"
import { walk } from "../../world/machine/walk.ts"
import { bad, type Check, good, odd } from "../context/check.ts"
import { markStart } from "../tree/mark.ts"
import { Environment } from "../../world/machine/environment.ts"

const oldestGit = [2, 38] as const
const leastBytes = 1_000_000_000
const dayMs = 86_400_000
/** A tree that stands for longer has probably been forgotten. */
const oldTreeMs = 7 * dayMs

/** git itself, and shapes of a repository that need care. */
export const checkRepository = Effect.fn("checkRepository")(function* () {
  const [git, files, { root, commonDir, bare }] = [yield* Git, yield* Files, yield* Repository]
  const said = yield* git.text(["--version"], { cwd: commonDir })
  const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(said) ?? []).slice(1).map(Number)
  const young = major > oldestGit[0] || (major === oldestGit[0] && minor >= oldestGit[1])
  const checks: Check[] = [
    young ? good("git", said) : bad("git", said, `osier needs git ${oldestGit.join(".")} or newer`),
    bare ? odd("repository", `${commonDir}, bare`, "name the target with --target; settings come from its tip") : good("repository", root),
  ]
  const branch = /^ref: refs\/heads\/(.+)$/.exec((yield* files.text(join(commonDir, "HEAD")))?.trim() ?? "")?.[1]
  const hidden = branch === undefined ? undefined : yield* hiddenCheckout(branch)
  if (hidden !== undefined) checks.push(odd("checkout", hidden.message, hidden.hint))
  const ask = (key: string) =>
    git
      .run(["--git-dir", commonDir, "config", "--get", key], { cwd: commonDir, codes: [0, 1] })
      .pipe(Effect.map((ended) => ended.stdout.toString().trim()))
  const shapes: string[] = []
  if ((yield* files.stat(join(commonDir, "shallow"))) !== undefined)
    checks.push(
      odd(
        "history",
        "the repository is shallow",
        "osier works here; only what was begun further back than its history can't be merged here: git fetch --unshallow",
      ),
    )
  if ((yield* ask("extensions.partialClone")) !== "") shapes.push("a partial clone")
  if ((yield* ask("core.sparseCheckout")) === "true") shapes.push("a sparse checkout")
  if (!bare && (yield* files.stat(join(root, ".gitmodules"))) !== undefined) shapes.push("with submodules")
  if (!bare && ((yield* files.text(join(root, ".gitattributes"))) ?? "").includes("filter=lfs")) shapes.push("with LFS files")
  if (shapes.length > 0)
    checks.push(
      odd(
        "shape",
        `the repository is ${shapes.join(", ")}`,
        "osier works here with care: your own checkout is then not brought along by itself",
      ),
    )
  const free = yield* files.freeBytes(commonDir)
  checks.push(
    free > leastBytes
      ? good("disk", `${printSize(free)} free`)
      : bad("disk", `only ${printSize(free)} free`, "make room: every task needs a checkout of its own"),
  )
  return checks
})

/** The names that a run is going to need, and the programs that its gates start. */
export const checkSettings = Effect.fn("checkSettings")(function* (settings: Settings) {
  const [refs, files, { root }] = [yield* Refs, yield* Files, yield* Repository]
  const checks: Check[] = []
  const first = settings.branch.split("/")
  for (let depth = 1; depth < first.length; depth++) {
    const name = first.slice(0, depth).join("/")
    if (!name.includes("{") && (yield* refs.read(`refs/heads/${name}`)) !== undefined)
      checks.push(
        bad(
          "branches",
          `a branch is called ${name}, so git can't make ${settings.branch}`,
          `rename it (git branch -m ${name} ${name}-old), or set branch: in osier.yaml`,
        ),
      )
  }
  if (settings.gates.length === 0)
    checks.push(
      odd(
        "gates",
        "none: everything would be ungated and wait for your word",
        "add gates: to osier.yaml; osier init --dry-run shows what was found",
      ),
    )
  for (const gate of settings.gates) {
    const program = gate.run[0] ?? ""
    const place = program.includes("/")
      ? [resolve(root, program)]
      : ((yield* Environment)["PATH"] ?? "").split(delimiter).map((folder) => join(folder, program))
    const seen = yield* Effect.forEach(place, (path) => files.stat(path).pipe(Effect.orElseSucceed(() => undefined)))
    checks.push(
      seen.some((one) => one !== undefined)
        ? good(`gate ${gate.name}`, gate.run.join(" "))
        : bad(`gate ${gate.name}`, `${program} is not there`, `install ${program}, or correct gates.${gate.name}.run in osier.yaml`),
    )
  }
  return checks
})

/** Each agent that tasks may name, by asking its program for its version; nothing is spent. */
export const checkAgents = Effect.fn("checkAgents")(function* (settings: Settings) {
  const [pool, { committer }] = [yield* Pool, yield* RunIdentity]
  const profiles = Object.values(settings.agents)
  const adapters = yield* Adapters
  const plain = (yield* BuiltIn).flatMap(({ name, needsCommand }) => (needsCommand === true ? [] : [name]))
  const wanted =
    settings.agent !== undefined && !Object.hasOwn(settings.agents, settings.agent) ? [settings.agent] : profiles.length === 0 ? plain : []
  const all = [...profiles, ...wanted.map((name) => ({ name, adapter: name, env: [], command: undefined }))]
  const outer = yield* Environment
  const looked = yield* Effect.forEach(
    all,
    (agent) => {
      const env = childEnvironment(outer, agentVariables(outer, adapters.factsOf(agent.adapter), agent.env), committer, {})
      return pool.detect(adapters.which(agent.adapter), env, agent.command).pipe(
        Effect.map((seen) => {
          const facts = [
            seen.version,
            seen.loggedIn === false ? "not logged in" : undefined,
            seen.billing === "unknown" || seen.billing === "none" ? undefined : seen.billing,
          ]
          const found = facts.filter((one) => one !== undefined).join(", ") || "found"
          return {
            agent,
            usable: seen.found && seen.loggedIn !== false,
            found: seen.found ? found : "not found",
            hint: seen.hint ?? `install ${agent.adapter}`,
          }
        }),
        Effect.catchTag("AdapterCrashed", (crash) => Effect.succeed({ agent, usable: false, found: crash.message, hint: crash.hint })),
      )
    },
    { concurrency: 3 },
  )
  const any = looked.some(({ usable }) => usable)
  return looked.map(({ agent, usable, found, hint }): Check => {
    const name = `agent ${agent.name}`
    if (usable) return good(name, found)
    // One of the built-in ones that nobody asked for may well be missing.
    return agent.name === settings.agent || (!any && profiles.length > 0) ? bad(name, found, hint) : odd(name, found, hint)
  })
})

/** What dead or stuck processes left: trees, processes, a damaged journal. */
export const checkLeftovers = Effect.fn("checkLeftovers")(function* (treeRoot: string) {
  const [files, reaper, journal, { commonDir }] = [yield* Files, yield* Reaper, yield* Journal, yield* Repository]
  const checks: Check[] = []
  const { locks } = yield* surveyLocks()
  const live = new Map(locks.flatMap(({ standing, ref, lock }) => (standing === "held" ? [[ref, lock.fence]] : [])))
  const blocked = yield* treeRootBlocked(treeRoot)
  if (blocked !== undefined) checks.push(bad("folder of trees", blocked.message, blocked.hint))
  const trees = yield* listTrees(treeRoot)
  const byHand = new Set((yield* listClaims()).map((claim) => claim.place?.path))
  const lost = trees.filter((tree) => {
    const id = taskOfTree(tree)
    const held = id === undefined ? undefined : live.get(lockRef("task", String(id)))
    return !byHand.has(tree.path) && (held === undefined || (fenceOfTree(tree) ?? held) < held)
  })
  // What vanishes while somebody works there is not counted.
  const bytes = yield* Effect.forEach(trees, ({ path }) =>
    walk(path).pipe(
      Effect.map((found) => found.reduce((sum, { kind, stat }) => sum + (kind === "file" ? stat.size : 0), 0)),
      Effect.orElseSucceed(() => 0),
    ),
  )
  for (const tree of trees) {
    const lost = yield* astray(tree, treeRoot)
    if (lost !== undefined) checks.push(odd("moved trees", lost.message, lost.hint))
  }
  const size = printSize(bytes.reduce((sum, one) => sum + one, 0))
  checks.push(
    lost.length === 0
      ? good("trees", trees.length === 0 ? "none" : `${count(trees.length, "tree")}, all in use, ${size}`)
      : odd(
          "trees",
          `${count(lost.length, "tree")} that nobody works in: ${lost.map(({ path }) => path).join(", ")}; all trees together: ${size}`,
          "osier clean --stale, or osier clean",
        ),
  )
  const now = yield* Clock.currentTimeMillis
  // git writes that file once, when it makes the tree.
  const ages = yield* Effect.forEach(trees, ({ path }) =>
    Effect.map(files.stat(join(path, ".git")), (stat) => ({ path, age: stat === undefined ? 0 : now - stat.mtimeMs })),
  )
  const old = ages.filter(({ age }) => age > oldTreeMs)
  if (old.length > 0)
    checks.push(
      odd(
        "old trees",
        `${count(old.length, "tree")} standing for long: ${old.map(({ path, age }) => `${path} (${count(Math.floor(age / dayMs), "day")})`).join(", ")}`,
        "end what is yours with osier done or osier release; osier clean takes what nobody works in",
      ),
    )
  const runs = yield* liveRuns()
  const mark = markStart(commonDir)
  const left = runs.length > 0 ? [] : yield* reaper.find({ mark })
  checks.push(
    left.length === 0
      ? good("processes", `${count(runs.length, "run")} active here, nothing left behind`)
      : odd(
          "processes",
          `left behind: ${left.map(({ pid, command }) => `${pid} ${command}`).join(", ")}`,
          "osier clean, or the next osier run, ends them",
        ),
  )
  const place = yield* Effect.result(journal.position)
  checks.push(
    place._tag === "Success" ? good("journal", `${place.success.seq} events`) : bad("journal", place.failure.message, place.failure.hint),
  )
  return checks
})

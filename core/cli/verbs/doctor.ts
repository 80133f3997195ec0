import * as Effect from "effect/Effect"
import type { Check } from "../../engine/context/check.ts"
import { checkConfiguration } from "../../engine/context/checkConfiguration.ts"
import { checkLockFiles } from "../../engine/doctor/checkLockFiles.ts"
import { checkRefs } from "../../engine/doctor/checkRefs.ts"
import { checkRemote } from "../../engine/doctor/checkRemote.ts"
import { checkSigning } from "../../engine/doctor/checkSigning.ts"
import { checkGates } from "../../engine/doctor/checkGates.ts"
import { checkClocks, checkLocks, checkRecords } from "../../engine/doctor/checkStore.ts"
import { checkAgents, checkLeftovers, checkRepository, checkSettings } from "../../engine/doctor/checkUp.ts"
import { latest } from "../../engine/sync/latest.ts"
import { engineOf, worldAt } from "../../live.ts"
import { RunContext } from "../../engine/context/runContext.ts"
import { standingLines } from "../../domain/event/standing.ts"
import { liveRuns } from "../../steps/lock/liveRuns.ts"
import { runStanding } from "../../steps/task/runStanding.ts"
import { readSettings } from "../../steps/given/readSettings.ts"
import { isSet } from "../flags.ts"
import { standingText } from "../standingText.ts"
import type { Call, Trouble, Verb } from "../verb.ts"

/** Looks at everything osier stands on; one thing that is wrong hides no other. */
export const doctor: Verb = (call) =>
  Effect.gen(function* () {
    const { flags, json, screen, version } = call
    const checks: Check[] = [
      {
        name: "osier",
        state: "good",
        found: `${version} on ${runtime()}, ${process.platform} ${process.arch}`,
        hint: "",
      },
    ]
    if (isSet(flags, "run")) return yield* runs(call)
    const examine = <R>(name: string, look: Effect.Effect<readonly Check[], Trouble, R>) =>
      look.pipe(
        Effect.catch((trouble) => Effect.succeed([failed(name, trouble)])),
        Effect.map((found) => void checks.push(...found)),
      )
    yield* examine("repository", checkRepository())
    yield* examine("configuration", checkConfiguration())
    yield* examine("refs", checkRefs())
    yield* examine(
      "settings",
      Effect.gen(function* () {
        const { settings, workingText } = yield* readSettings()
        // What others did is seen first; to look changes nothing there.
        const trouble = yield* latest()
        const inside = Effect.gen(function* () {
          const { target, treeRoot } = yield* RunContext
          checks.push({ name: "target", state: "good", found: target, hint: "" })
          if (settings.remote !== "none")
            yield* examine("remote", trouble === undefined ? checkRemote(settings, target, isSet(flags, "probe")) : Effect.fail(trouble))
          yield* examine("locks", checkLocks(settings))
          yield* examine("lock files", checkLockFiles())
          yield* examine("clock", checkClocks(settings, target))
          yield* examine("tasks", checkRecords(settings))
          yield* examine("settings", checkSettings(settings))
          yield* examine("signing", checkSigning())
          if (isSet(flags, "gates")) yield* examine("gates", checkGates(target))
          yield* examine("agents", checkAgents(settings))
          yield* examine("leftovers", checkLeftovers(treeRoot))
          return []
        })
        const found = workingText === undefined ? "no osier.yaml: defaults" : "osier.yaml"
        checks.push({
          name: "settings",
          state: workingText === undefined ? "odd" : "good",
          found,
          hint: workingText === undefined ? "osier init" : "",
        })
        // As this clone alone sees it: what else a run begins with is a write on the remote.
        return yield* inside.pipe(Effect.provide(engineOf({ settings: { ...settings, remote: "none" }, workingText })))
      }),
    )
    const sick = checks.some(({ state }) => state === "bad")
    if (json) {
      screen.out(JSON.stringify({ ok: !sick, checks: checks.map((check) => ({ ...check, ok: check.state !== "bad" })) }))
      return sick ? (3 as const) : (0 as const)
    }
    const { bad, dim, good, warn } = screen.paint
    const marks = { good: good("✓"), odd: warn("!"), bad: bad("✗") }
    for (const { name, state, found, hint } of checks) {
      screen.out(`${marks[state]} ${name}: ${found}`)
      if (hint !== "") screen.out(`    ${dim(hint)}`)
    }
    screen.out(sick ? `\n${bad("Something has to be mended first.")}` : `\nReady: osier run "what is to be done"`)
    return sick ? (3 as const) : (0 as const)
  }).pipe(Effect.provide(worldAt(call.at)))

/** What the runs of this repository on this machine wait for; 1 when something takes longer than it should. */
const runs = Effect.fnUntraced(function* ({ json, screen }: Call) {
  const all = yield* Effect.forEach(yield* liveRuns(), (run) => runStanding(run))
  const told = all.map((standing) => ({ run: standing.run, pid: standing.pid, lines: standingLines(standing) }))
  const late = told.some(({ lines }) => lines.some((line) => line.late))
  const exit = late ? (1 as const) : (0 as const)
  if (json) {
    screen.out(JSON.stringify({ runs: told }))
    return exit
  }
  if (told.length === 0) screen.out("no run is active here; what happened last: osier events")
  for (const { lines } of told) screen.out(standingText(lines, screen.paint))
  if (late)
    screen.out("\nosier ends a git that gives no answer by itself, and tells it; `osier stop --now` ends the run, and nothing is lost.")
  return exit
})

/** What really runs us: Bun and Deno say of themselves that they are some version of Node as well. */
const runtime = (): string => {
  const other = ["bun", "deno"].find((name) => process.versions[name] !== undefined)
  return other === undefined ? `node ${process.versions.node}` : `${other} ${process.versions[other] ?? ""}`
}

const failed = (name: string, trouble: Trouble): Check => {
  const hint: unknown = Reflect.get(trouble, "hint")
  return { name, state: "bad", found: trouble.message, hint: typeof hint === "string" ? hint : "" }
}

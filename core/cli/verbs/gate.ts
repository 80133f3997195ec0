import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { Exit } from "../../domain/text/complaint.ts"
import { short } from "../../domain/event/eventText.ts"
import type { GateVerdict } from "../../domain/task/judgement.ts"
import { plainLine, plainText, took } from "../../domain/text/plainText.ts"
import { engineOf, worldAt } from "../../live.ts"
import { tryGates } from "../../engine/judge/tryGates.ts"
import { readSettings } from "../../steps/given/readSettings.ts"
import { settingsFlags } from "../declare.ts"
import { textFlag } from "../flags.ts"
import { withSignals } from "../signals.ts"
import type { Call, Verb } from "../verb.ts"

/** Runs gates as a judge would, and lets a person see what they print. */
export const gate: Verb = (call) =>
  Effect.gen(function* () {
    const { settings, workingText } = yield* readSettings(settingsFlags(call))
    // As this clone alone sees it: to try a gate writes nothing anywhere else.
    const terms = { settings: { ...settings, remote: "none" }, workingText }
    return yield* tried(call).pipe(Effect.provide(engineOf(terms)))
  }).pipe(Effect.provide(worldAt(call.at)))

const tried = Effect.fnUntraced(function* ({ args, flags, json, screen }: Call) {
  const lines = linesOf((line) => screen.out(line))
  const onOutput = json ? undefined : (_: string, chunk: Uint8Array) => lines.add(chunk)
  const stopped = yield* Deferred.make<never>()
  const trial = tryGates({ gate: args[0], commit: textFlag(flags, "commit"), ...(onOutput === undefined ? {} : { onOutput }) })
  // A trial has nothing that is worth finishing: the first Ctrl-C ends it, with all that the gate started.
  const ends = () => Effect.asVoid(Deferred.interrupt(stopped))
  const { commit, verdicts } = yield* withSignals(Effect.raceFirst(trial, Deferred.await(stopped)), ends)
  lines.end()
  if (json) {
    const told = verdicts.map(({ gate: name, verdict, ms, code, reason, log }) => ({ gate: name, verdict, ms, code, reason, log }))
    screen.out(JSON.stringify({ commit, gates: told }))
  }
  const { bad, good } = screen.paint
  for (const { gate: name, verdict, ms, reason } of json ? [] : verdicts) {
    const words = `gate ${name} on ${short(commit)}: ${verdict} in ${took(ms)}${reason === undefined ? "" : `, ${plainLine(reason)}`}`
    screen.out(`${verdict === "pass" ? good("✓") : bad("✗")} ${words}`)
  }
  return exitOf(verdicts)
})

const exitOf = (verdicts: readonly GateVerdict[]): Exit => {
  if (verdicts.some(({ verdict }) => verdict === "unrunnable")) return 3
  return verdicts.every(({ verdict }) => verdict === "pass") ? 0 : 1
}

/** Prints whole lines as they come, safe for a terminal. */
const linesOf = (print: (line: string) => void) => {
  const decoder = new TextDecoder()
  let rest = ""
  return {
    add: (chunk: Uint8Array) => {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n")
      rest = parts.pop() ?? ""
      for (const line of parts) print(`${plainText(line)}\n`)
    },
    end: () => (rest === "" ? undefined : print(plainText(rest))),
  }
}

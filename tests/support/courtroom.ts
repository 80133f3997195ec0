import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { gateTerms } from "../../core/domain/settings/gateTerms.ts"
import type { GateTerms } from "../../core/domain/settings/gateTerms.ts"
import type { EventBody } from "../../core/domain/event/event.ts"
import type { Gate } from "../../core/domain/settings/settings.ts"
import { resolveSettings } from "../../core/domain/settings/settingsFile.ts"
import { termsHash } from "../../core/domain/settings/verdictKey.ts"
import type { GatesInForce, ResolveSettings } from "../../core/steps/gate/gateSettings.ts"
import { judge } from "../../core/steps/gate/judge.ts"
import type { JudgeRequest } from "../../core/steps/gate/judgeRequest.ts"
import { RunIdentity } from "../../core/world/git/runIdentity.ts"
import { Seen } from "../../core/world/machine/seen.ts"
import type { Repo } from "./repo.ts"
import { inWorld } from "./world.ts"

export const resolve: ResolveSettings = (fileText, path) => resolveSettings({ fileText, path })

export const gate = (name: string, run: readonly string[], more: Partial<Gate> = {}): Gate => ({
  name,
  run,
  timeoutMs: 20_000,
  protect: [],
  env: [],
  ...more,
})

/** A gate whose command is a shell's text. */
export const shellGate = (name: string, text: string, more: Partial<Gate> = {}): Gate => gate(name, ["sh", "-c", text], more)

/** What judges when these gates do. */
export const terms = (gates: readonly Gate[], more: Partial<GateTerms> = {}): GatesInForce => {
  const all = { ...gateTerms(resolve(undefined, "osier.yaml").settings), gates, ...more }
  return { ...all, from: "target", hash: termsHash(all) }
}

/** Everything needed for one process to judge commits of one repository, and what was told while doing so. */
export const courtroom = (repo: Repo) => {
  const seen = Layer.succeed(Seen, Effect.runSync(Effect.provide(Effect.service(Seen), Seen.layer)))
  const root = join(repo.path, "..", "trees")
  mkdirSync(root, { recursive: true })
  const events: EventBody[] = []
  const request = (commit: string, inForce: GatesInForce, more: Partial<JudgeRequest> = {}): JudgeRequest => ({
    commit,
    inForce,
    why: "own",
    root,
    graceMs: 300,
    onEvent: (event) => Effect.sync(() => void events.push(event)),
    ...more,
  })
  return {
    root,
    seen,
    events,
    /** Gates that were really run, in order. */
    ran: () => events.flatMap((event) => (event.type === "GateStarted" ? [event.gate] : [])),
    request,
    judge: (commit: string, inForce: GatesInForce, more: Partial<JudgeRequest> = {}) =>
      inWorld(repo.path, judge(request(commit, inForce, more)).pipe(Effect.provide(RunIdentity.layer)), seen),
  }
}

import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { GateVerdict } from "../../domain/task/judgement.ts"
import { meant } from "../../domain/text/nearest.ts"
import { judge } from "../../steps/gate/judge.ts"
import { Git } from "../../world/git/git.ts"
import { Repository } from "../../world/git/repository.ts"
import { Board } from "../context/board.ts"
import { gatesAt } from "./gates.ts"
import { namesAt } from "./judgeCommit.ts"
import { RunContext } from "../context/runContext.ts"
import { targetTip } from "../context/targetTip.ts"

/** There is no gate to try, or none of that name. */
export class NoSuchGate extends Data.TaggedError("NoSuchGate")<{ readonly gate: string | undefined; readonly known: readonly string[] }> {
  override get message() {
    return this.gate === undefined ? "no gate is configured: whatever is done is ungated" : `there is no gate ${this.gate}`
  }
  get hint() {
    if (this.known.length === 0) return "Add `gates:` to osier.yaml; `osier init --dry-run` shows what was found."
    return meant(this.gate ?? "", this.known, `gates are ${this.known.join(", ")}`)
  }
  readonly exit = 2
}

/** No commit of that name. */
export class NoSuchCommit extends Data.TaggedError("NoSuchCommit")<{ readonly name: string }> {
  override get message() {
    return `there is no commit ${this.name}`
  }
  get hint() {
    return "Name a branch, a tag or the id of a commit; `git log` shows them."
  }
  readonly exit = 2
}

/** What to try: one gate or all, on the target's tip or on another commit. */
export interface Trial {
  readonly gate?: string | undefined
  readonly commit?: string | undefined
  readonly onOutput?: (gate: string, chunk: Uint8Array) => void
}

/** Runs gates as a judge would: those of the target's tip, each in a clean checkout of the commit. A pass that a file tells of spares nothing. */
export const tryGates = Effect.fn("tryGates")(function* ({ gate, commit, onOutput }: Trial) {
  const board = yield* Board
  const { treeRoot, settings } = yield* RunContext
  const tip = yield* targetTip
  const at = commit === undefined ? tip : yield* commitOf(commit)
  const inForce = yield* gatesAt(tip)
  const known = inForce.gates.map(({ name }) => name)
  const wanted = gate === undefined ? known : known.filter((name) => name === gate)
  if (wanted.length === 0) return yield* new NoSuchGate({ gate, known })
  const verdicts: GateVerdict[] = []
  const refs = yield* namesAt(tip)
  for (const name of wanted) {
    const judged = yield* judge({
      commit: at,
      inForce,
      refs,
      only: [name],
      why: "own",
      root: treeRoot,
      graceMs: settings.limits.graceMs,
      onEvent: board.emit,
      ...(onOutput === undefined ? {} : { onOutput: (chunk) => onOutput(name, chunk) }),
    })
    verdicts.push(...judged.verdicts)
  }
  return { commit: at, verdicts }
})

const commitOf = Effect.fnUntraced(function* (name: string) {
  const git = yield* Git
  const { commonDir } = yield* Repository
  const args = ["--git-dir", commonDir, "rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`]
  const found = yield* git.run(args, { cwd: commonDir, codes: [0, 1] })
  return found.code === 0 ? found.stdout.toString().trim() : yield* new NoSuchCommit({ name })
})

import * as Effect from "effect/Effect"
import { join } from "node:path"
import { auditCandidate } from "../../core/steps/land/auditCandidate.ts"
import { planCandidate, sealCandidate } from "../../core/steps/land/candidate.ts"
import { land } from "../../core/steps/land/land.ts"
import { ground, shell, type Twig } from "./ground.ts"
import type { Bench } from "./row.ts"
import { inTurns, timed } from "./timed.ts"

const identity = { name: "Bench", email: "bench@example.com" }
const lines = (changed: number) => Array.from({ length: 4000 }, (_, n) => `line ${n}${n === changed ? ", changed" : ""}\n`).join("")
/** Each changes a line of one shared file, so that no merge is of paths alone, and a file of its own. */
const twig = (n: number): Twig => ({ branch: `work/${n}`, files: { "shared.txt": lines(n * 50), [`folder0/file${n}.txt`]: `${n}\n` } })

/** 8: branches integrated one after the other, the target moved each time. */
export const integrations: Bench = {
  numbers: ["8"],
  rows: async ({ files, full }) => {
    const rounds = full ? 60 : 20
    await using place = await ground(files, { with: { "shared.txt": lines(-1) }, twigs: Array.from({ length: rounds }, (_, n) => twig(n)) })
    const { git, run, base, folder } = place
    const target = "refs/heads/ours"
    const checkout = join(folder, "plain")
    await git("branch", "ours", base)
    await git("worktree", "add", "-q", "-b", "plain", checkout, base)
    const tips = (await git("for-each-ref", "--sort=version:refname", "--format=%(objectname)", "refs/heads/work")).split("\n")
    let at = base
    const integrate = (n: number) =>
      Effect.gen(function* () {
        const task = { id: n + 1, title: `work ${n}`, tip: tips[n] ?? "", attempt: `a${n}` }
        const plan = yield* planCandidate({ onto: at, tasks: [task], mode: "squash", identity })
        if (plan.type === "conflict") return yield* Effect.die(new Error(`${task.title} conflicts`))
        const { commit, tasks } = yield* sealCandidate(plan, { verdicts: [] })
        yield* auditCandidate({ commit, onto: at, tasks })
        const landed = yield* land({ target, from: at, to: commit, expect: () => [], reason: "bench" })
        if (landed.type !== "landed") return yield* Effect.die(new Error(`${task.title} did not land: ${landed.type}`))
        at = commit
      })
    const samples = await inTurns(
      rounds,
      (n) => timed(() => run(integrate(n))),
      (n) => timed(() => shell(checkout, "git", "merge", "-q", "--no-ff", "-m", `work ${n}`, tips[n] ?? "")),
    )
    const same = (await git("rev-parse", "ours^{tree}")) === (await git("rev-parse", "plain^{tree}"))
    return [
      {
        number: "8",
        measure: `textual integration, audited and landed, ${files} files`,
        unit: "ms",
        ...samples,
        target: "≥ 15",
        goal: { type: "ratio", least: 15 },
        faults: same ? [] : ["the two ways ended in different trees"],
      },
    ]
  },
}

import { rmSync } from "node:fs"
import { join } from "node:path"
import { withJudge } from "../../core/steps/gate/judgeTree.ts"
import { ground } from "./ground.ts"
import type { Bench } from "./row.ts"
import { inTurns, timed } from "./timed.ts"

/** 10: the judge's standing checkout moved to the next candidate, against a fresh worktree for each. */
export const judging: Bench = {
  numbers: ["10"],
  rows: async ({ files, full }) => {
    const rounds = full ? 21 : 9
    const twigs = Array.from({ length: rounds + 1 }, (_, n) => ({ branch: `work/${n}`, files: { [`folder0/file${n}.txt`]: `${n}\n` } }))
    await using place = await ground(files, { twigs })
    const { git, run, folder } = place
    const root = join(folder, "repo.osier")
    const tips = (await git("for-each-ref", "--sort=version:refname", "--format=%(objectname)", "refs/heads/work")).split("\n")
    /** Until the body of the gate could start; what comes after is not moving. */
    const move = async (commit: string) => {
      const start = performance.now()
      let ready = start
      await run(
        withJudge({ root, commit, keepIgnored: [], graceMs: 1000 }, (judge) => {
          ready = performance.now()
          return judge.trust
        }),
      )
      return ready - start
    }
    await move(tips[rounds] ?? "")
    const samples = await inTurns(
      rounds,
      (n) => move(tips[n] ?? ""),
      async (n) => {
        const path = join(folder, `judge-${n}`)
        const ms = await timed(() => git("worktree", "add", "-q", "--detach", path, tips[n] ?? ""))
        rmSync(path, { recursive: true })
        await git("worktree", "prune")
        return ms
      },
    )
    const measure = `judge tree moved to the next candidate, ${files} files`
    return [{ number: "10", measure, unit: "ms", ...samples, target: "≥ 100", goal: { type: "ratio", least: 100 } }]
  },
}

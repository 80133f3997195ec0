import { setTimeout as sleep } from "node:timers/promises"
import { noHarm } from "../attack/figures.ts"
import type { Trial } from "../attack/figures.ts"
import { harmIn, leftIn, saidBroken } from "../attack/harm.ts"
import { house } from "../attack/house.ts"
import type { Ended, House, Started } from "../attack/house.ts"
import { locksIn } from "../storm/aftermath.ts"
import { freeze } from "./freeze.ts"

/** Who is stopped in a round, when, and for how long. */
export interface Sleep {
  readonly who: "one" | "both"
  readonly afterMs: number
  readonly forMs: number
  /** Who goes on first. */
  readonly first: "root" | "children"
}

export interface Round {
  readonly program: readonly string[]
  readonly sleep: Sleep | undefined
  /** Within which both runs have to end, without the time in which one sleeps. */
  readonly boundMs: number
  /** Called while nothing works, so that another round may. */
  readonly resting: <A>(rest: Promise<A>) => Promise<A>
}

export interface Rounded extends Trial {
  readonly hung: boolean
  /** How many processes were stopped. */
  readonly stopped: number
  readonly ms: number
}

/** Few, so that many rounds fit into the time; a run that is stopped must have more before it. */
const titlesOf = (sleep: Sleep | undefined) => (sleep === undefined ? ["one", "two"] : ["one", "two", "three", "four"])

const slept = async (runs: readonly (readonly [run: Started, clone: string])[], { sleep: plan, resting }: Round): Promise<number> => {
  if (plan === undefined) return 0
  await Promise.race([sleep(plan.afterMs), Promise.all(runs.map(([run]) => run.ended))])
  const asleep = (plan.who === "both" ? runs : runs.slice(0, 1)).filter(([run]) => !run.isOver())
  const frozen = asleep.map(([run, clone]) => freeze(run.pid, clone))
  const woken = sleep(plan.forMs).then(() => frozen.forEach(({ thaw }) => thaw(plan.first)))
  if (frozen.length > 0) await resting(woken)
  return frozen.reduce((sum, { count }) => sum + count, 0)
}

/** What of a run is still on the remote: held locks, branches of tasks. */
const leftThere = async (bare: string, git: House["git"]): Promise<readonly string[]> => {
  const held = [...(await locksIn(bare))].filter(([ref, { state }]) => state === "held" || ref.startsWith("refs/osier/locks/task/"))
  const branches = (await git("for-each-ref", "--format=%(refname:short)", "refs/heads")).split("\n")
  return [
    ...held.map(([ref]) => `lock ${ref} on the remote`),
    ...branches.filter((one) => one !== "main").map((one) => `branch ${one} on the remote`),
  ]
}

const toldBy = (name: string, { code, said, late }: Ended): readonly string[] =>
  code === 0 ? [] : [`${name} ${late ? "never ended" : `ended with ${code ?? "a signal"}`}: ${said.slice(-600)}`]

/**
 * Two clones of one remote work on the same tasks at once, and one of them, or both, may be stopped in the middle for longer than
 * any lease: both end, every task lands once, and nothing is left in either clone or on the remote.
 */
export const round = async (asked: Round): Promise<Rounded> => {
  const start = performance.now()
  await using at = await house({ program: asked.program, remote: true, patienceMs: asked.boundMs + (asked.sleep?.forMs ?? 0) })
  const other = await at.clone("other")
  const { bare = "" } = at
  const titles = titlesOf(asked.sleep)
  const added = await at.osier("add", ...titles)
  if (added.code !== 0) return { wrong: toldBy("add", added), harm: noHarm, hung: false, stopped: 0, ms: performance.now() - start }
  const runs = [at.repo, other].map((clone) => [at.start(["run", "-j", "2"], clone), clone] as const)
  const stopped = await slept(runs, asked)
  const ends = await Promise.all(runs.map(([run]) => run.ended))
  const wrong = ends.flatMap((end, index) => toldBy(`run ${index + 1}`, end))
  const harm = await harmIn(at.seenFrom(await at.clone("judge")), { landed: titles })
  // A clone shows the remote's locks as it saw them last.
  const here = [...(await leftIn(at)), ...(await leftIn(at.seenFrom(other)))].filter((one) => !one.startsWith("lock refs/"))
  const left = [...here, ...(await leftThere(bare, at.seenFrom(bare).git))]
  const damage = [...(await saidBroken(at)), ...(await saidBroken(at.seenFrom(other))), ...(await saidBroken(at.seenFrom(bare)))]
  return {
    wrong,
    harm: { ...harm, lost: [...harm.lost, ...damage], left: [...new Set([...harm.left, ...left])] },
    hung: ends.some(({ late }) => late),
    stopped,
    ms: performance.now() - start,
  }
}

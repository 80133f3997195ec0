import { leaseOverMs } from "./leaseOver.ts"
import { spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Event } from "../../core/domain/event/event.ts"
import { aftermath, heldBy, mergedIn } from "./aftermath.ts"
import { dice } from "./dice.ts"
import { filesOf, needsOf, planOf } from "./needs.ts"
import { osierRun } from "./osierRun.ts"
import { git, place } from "./place.ts"

/** What to do: the seed decides the needs, who is killed, and when. */
export interface Asked {
  readonly seed: number
  readonly tasks: number
  /** The killed one works under another host name, so that nobody can see in a table of processes that it is dead. */
  readonly away: boolean
}

/** What was seen: promises that were not kept, and what the killed one held with the milliseconds until another had it. */
export interface Seen {
  readonly broken: readonly string[]
  readonly killed: string
  readonly takenOver: readonly (readonly [what: string, ms: number | undefined])[]
  readonly landings: readonly (readonly [clone: string, count: number])[]
  readonly ms: number
}

/** Whether a process may be given another host name here. */
export const mayBeAway = (): boolean => spawnSync("unshare", ["-rUu", "hostname", "elsewhere"]).status === 0

const names = ["left", "middle", "right"]

/**
 * Three clones of one remote work on one graph at once, and one of them is killed with its whole process group at a random
 * moment: everything lands once all the same, and nothing stays owned by the dead.
 */
export const graph = async ({ seed, tasks, away }: Asked): Promise<Seen> => {
  const roll = dice(seed)
  const needs = needsOf(tasks, roll)
  const victim = Math.floor(roll() * names.length)
  // Somewhere between the first landings and the last but a few.
  const after = 2 + Math.floor(roll() * (tasks * 0.6))
  const within = roll() * 500

  await using ground = await place(filesOf(needs))
  const { folder, bare } = ground
  const clones = await Promise.all(names.map(ground.clone))
  const plan = join(folder, "plan.yaml")
  writeFileSync(plan, planOf(needs))
  const adding = await osierRun(clones[0] ?? "", ["add", "--remote", "origin", "--from", plan], { name: "add" }).ended
  if (adding.code !== 0) throw new Error(`the tasks could not be added: ${adding.err}`)

  const started = performance.now()
  const told: { readonly at: number; readonly name: string; readonly event: Event }[] = []
  let moment: () => void = () => undefined
  const ripe = new Promise<void>((resolve) => (moment = resolve))
  const runs = names.map((name, at) =>
    osierRun(clones[at] ?? "", ["run", "--remote", "origin", "-j", "2", "--json"], {
      name,
      ...(away && at === victim ? { host: "elsewhere" } : {}),
      onEvent: (event) => {
        told.push({ at: performance.now(), name, event })
        if (told.filter((one) => one.event.type === "Landed").length >= after) moment()
      },
    }),
  )
  const all = Promise.all(runs.map(({ ended }) => ended))
  try {
    await Promise.race([ripe, all])
    await new Promise((resolve) => setTimeout(resolve, within))
    const dead = runs[victim]
    // The death of one that holds nothing would show nothing.
    let idle = false
    void all.then(() => (idle = true))
    while (!idle && !(await isWorking(bare, dead?.events[0]?.run ?? ""))) await new Promise((resolve) => setTimeout(resolve, 20))
    const killedAt = performance.now()
    dead?.kill()
    await dead?.ended
    const held = await heldBy(bare, dead?.events[0]?.run ?? "")
    const over = await mergedIn(bare)
    // Nobody needs the lock of a task that is over; the next start sweeps it.
    const isOpen = (what: string) => !over.has(what.replace("task/", ""))
    const ended = await all

    const broken: string[] = []
    const living = told.filter(({ name }) => name !== names[victim])
    for (const [at, { code, err }] of ended.entries())
      if (at !== victim && code !== 0) broken.push(`${names[at] ?? ""} ended with ${code}: ${err} ${lastWords(runs[at]?.events ?? [])}`)
    if (away && !held.every(isOpen)) await leaseOver(killedAt)
    broken.push(...(await again(clones[victim] ?? "")))
    broken.push(...(await aftermath(folder, bare, tasks, held)))

    const takenOver = held.filter(isOpen).map((what): readonly [string, number | undefined] => {
      const taken = living.find(({ at, event }) => at > killedAt && isTaken(event, what))
      return [what, taken === undefined ? undefined : taken.at - killedAt]
    })
    const landings = names.map((name): readonly [string, number] => [
      name,
      told.filter((one) => one.name === name && one.event.type === "Landed").length,
    ])
    const killed = `${names[victim] ?? ""} was killed ${((killedAt - started) / 1000).toFixed(1)} s after the start`
    return { broken, killed, takenOver, landings, ms: performance.now() - started }
  } finally {
    for (const { kill } of runs) kill()
  }
}

/** A lock that was held from elsewhere is swept once its lease is over, also that of a task that had just landed. */
const leaseOver = (killedAt: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, killedAt + 2 * leaseOverMs - performance.now())))

/** Whether a run holds the lock of a task that is not over. */
const isWorking = async (bare: string, run: string): Promise<boolean> => {
  const over = await mergedIn(bare)
  return (await heldBy(bare, run)).some((what) => what.startsWith("task/") && !over.has(what.slice("task/".length)))
}

/** Whoever has the target's lock lands. */
const isTaken = (event: Event, what: string): boolean =>
  what.startsWith("target/") ? event.type === "Landed" : event.type === "TaskClaimed" && what === `task/${event.task}`

const lastWords = (events: readonly Event[]): string => JSON.stringify(events.filter(({ type }) => type === "Warned").slice(-3))

/** The clone of the killed one is as good as new after its next run. */
const again = async (clone: string): Promise<readonly string[]> => {
  const { code, err } = await osierRun(clone, ["run", "--remote", "origin", "--json"], { name: "again" }).ended
  const broken = code === 0 ? [] : [`the next run in the clone of the killed one ended with ${code}: ${err}`]
  const trees = (await git(clone, "worktree", "list", "--porcelain")).match(/^worktree /gm) ?? []
  if (trees.length !== 1) broken.push(`${trees.length - 1} trees were left in the clone of the killed one`)
  const branches = await git(clone, "branch", "--format=%(refname:short)")
  if (branches !== "main") broken.push(`branches were left in the clone of the killed one: ${branches.replaceAll("\n", ", ")}`)
  return broken
}

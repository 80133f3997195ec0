import type { Event } from "../../core/client.ts"
import type { Facts } from "./facts.ts"
import type { Judged } from "./history.ts"
import { inHand } from "./shop.ts"

/** A sentence about the run, and what speaks against it. */
export interface Claim {
  readonly says: string
  readonly against: readonly string[]
}

const needs: Readonly<Record<number, readonly number[]>> = { 2: [1], 5: [1], 3: [2], 4: [2], 6: [3, 4, 5] }
const [renames, lists, dreams, advertises] = [7, 8, 9, 10]
const landing = [1, 2, 3, 4, 5, 6, renames, lists]

type Named<Type extends Event["type"]> = Extract<Event, { readonly type: Type }>
const of = <const Type extends Event["type"]>(events: readonly Event[], type: Type): readonly Named<Type>[] =>
  events.filter((event): event is Named<Type> => event.type === type)

/** How many agents worked at the same time at most. */
const together = (events: readonly Event[]): number => {
  let [now, most] = [0, 0]
  for (const { type } of events) {
    if (type === "AttemptStarted") most = Math.max(most, ++now)
    if (type === "AgentEnded") now--
  }
  return most
}

const listed = (ids: readonly number[]): string => ids.map((id) => `#${id}`).join(", ")
const when = (wrong: boolean, said: string): readonly string[] => (wrong ? [said] : [])

const landedClaim = ({ tasks, landings }: Facts): Claim => ({
  says: `${landing.length} of 10 tasks landed on main: ${listed(landing)}. Each passed the tests alone, and again on the very tree that main became.`,
  against: [
    ...landing.flatMap((id) => {
      const task = tasks.find((one) => one.id === id)
      if (task?.status !== "merged") return [`#${id} is ${task?.status ?? "gone"}, not merged`]
      return when(!landings.includes(task.landed ?? ""), `#${id} says that it landed as ${task.landed}, which is not on main`)
    }),
    ...when(landings.length !== landing.length, `main has ${landings.length} new commits, not ${landing.length}`),
  ],
})

const orderClaim = ({ events }: Facts): Claim => {
  const begun = (task: number) => of(events, "AttemptStarted").find((event) => event.task === task)?.seq ?? 0
  const ended = (task: number) => of(events, "Landed").find((event) => event.tasks.includes(task))?.seq ?? Infinity
  const most = together(events)
  return {
    says: `Up to ${most} agents worked at once, and a task began when the last one it needs had landed: #2, #5 behind #1; #3, #4 behind #2; #6 behind #3, #4, #5.`,
    against: [
      ...Object.entries(needs).flatMap(([task, all]) =>
        all.flatMap((need) => when(begun(Number(task)) < ended(need), `#${task} began before #${need} had landed`)),
      ),
      ...when(most < 2 || most > 3, `${most} agents worked at once where 3 may`),
    ],
  }
}

const combinationClaim = ({ events, keeps }: Facts): Claim => {
  const ejected = of(events, "Ejected")
  const keep = `refs/osier/keep/${lists}/1`
  return {
    says: `#${lists} passed alone, but not together with #${renames}: it called a name that #${renames} had taken away. main never saw it. It went back to its agent with that evidence, and its second attempt landed; the first is kept at ${keep}.`,
    against: [
      ...when(
        ejected.length !== 1 || ejected[0]?.task !== lists || ejected[0].with.join() !== String(renames),
        `blamed was ${ejected.map((one) => `#${one.task} with ${listed(one.with)}`).join("; ") || "nobody"}, not #${lists} with #${renames}`,
      ),
      ...when(keeps[keep]?.includes("packages/stock/src/priceList.js") !== true, `${keep} does not hold its first attempt`),
    ],
  }
}

const failedClaim = ({ tasks, events, keeps, exit }: Facts): Claim => {
  const keep = `refs/osier/keep/${dreams}/2`
  const attempts = of(events, "AttemptStarted").filter((event) => event.task === dreams).length
  return {
    says: `#${dreams} did not land: its own tests failed in both attempts, whatever its agent said. All it left is kept at ${keep}, ignored files included.`,
    against: [
      ...when(tasks.find(({ id }) => id === dreams)?.status !== "failed", `#${dreams} is not failed`),
      ...when(attempts !== 2, `#${dreams} had ${attempts} attempts, not 2`),
      ...["packages/delivery/src/promise.js", "draft.log"].flatMap((file) =>
        when(keeps[keep]?.includes(file) !== true, `${keep} does not hold ${file}`),
      ),
      ...when(exit !== 1, `osier ended with exit code ${exit}, not 1`),
    ],
  }
}

const blockedClaim = ({ tasks, events }: Facts): Claim => ({
  says: `#${advertises} needs #${dreams}, so it was not started and waits for it. Nothing else was held up.`,
  against: [
    ...when(tasks.find(({ id }) => id === advertises)?.status !== "pending", `#${advertises} is not pending`),
    ...when(
      of(events, "AttemptStarted").some((event) => event.task === advertises),
      `#${advertises} was started`,
    ),
    ...when(
      !of(events, "TaskBlocked").some((event) => event.task === advertises && event.by.includes(dreams)),
      `nobody said that #${advertises} is blocked by #${dreams}`,
    ),
  ],
})

const checkoutClaim = (facts: Facts): Claim => ({
  says: `The checkout followed main, and what its owner was in the middle of (${Object.keys(inHand).join(", ")}) is as it was, byte for byte.`,
  against: [
    ...Object.entries(inHand).flatMap(([name, text]) => when(facts.inHand[name] !== text, `${name} is not what its owner wrote`)),
    ...when(facts.status !== " M README.md\n?? notes.txt", `git status says ${JSON.stringify(facts.status)}`),
  ],
})

const leftClaim = ({ trees, branches, processes, damage }: Facts): Claim => ({
  says: "Nothing is left behind: no tree, no branch, no process, and git finds nothing wrong with the repository.",
  against: [
    ...trees.map((tree) => `a tree is left: ${tree}`),
    ...branches.filter((branch) => branch !== "main").map((branch) => `a branch is left: ${branch}`),
    ...processes.map((process) => `a process is left: ${process}`),
    ...when(damage !== "", `git fsck says ${damage}`),
  ],
})

/** All that the demo promises about a run, each with what the facts say against it. */
export const claims = (facts: Facts): readonly Claim[] =>
  [landedClaim, orderClaim, combinationClaim, failedClaim, blockedClaim, checkoutClaim, leftClaim].map((claim) => claim(facts))

/** The promise about the target, from what the gate said at each of its commits. */
export const greenClaim = (judged: readonly Judged[]): Claim => ({
  says: `main is green at every landed commit: the tests just ran at each of its ${judged.length} commits, in a fresh clone each.`,
  against: [
    ...judged.filter(({ green }) => !green).map(({ commit, said }) => `main is red at ${commit.slice(0, 10)}:\n${said}`),
    ...when(judged.length === 0, "there is no commit to judge"),
  ],
})

import { expect, test } from "vitest"
import { Status } from "../../../core/domain/task/task.ts"
import type { Kind } from "../../../core/domain/task/task.ts"
import { endsByItself, goesOn } from "../../../core/domain/task/wait.ts"
import type { Ownership, Prospect, WaitEnd } from "../../../core/domain/task/wait.ts"

const ends: readonly WaitEnd[] = ["owner", "remote", "files", "person", { until: 100 }]
const ownerships: readonly Ownership[] = ["run", "person", "nobody", "unreadable"]
const kinds: readonly (Kind | undefined)[] = [undefined, "plan", "explore"]

/** Every wait there can be, in every state, with every owner, before and after its time. */
const all = ends.flatMap((end) =>
  [undefined, ...Status.literals].flatMap((status) =>
    kinds.flatMap((kind) =>
      ownerships.flatMap((ownership) =>
        [true, false].flatMap((hindered) =>
          [99, 100].map((now) => {
            const task = status === undefined ? undefined : kind === undefined ? { status } : { status, kind }
            const prospect: Prospect = { task, ownership, hindered, now }
            return { end, prospect, goes: goesOn({ reason: "r", hint: "h", ends: end }, prospect) }
          }),
        ),
      ),
    ),
  ),
)
const going = all.filter(({ goes }) => goes)

test("a run waits only for what can still happen by itself, in every state and with every owner", () => {
  for (const { end, prospect } of going) {
    const told = JSON.stringify({ end, prospect })
    expect(endsByItself({ reason: "r", hint: "h", ends: end }), told).toBe(true)
    // A settled task, one that is planned by now and one without a record come to nothing that a run waits for.
    expect(["pending", "running", "completed", "failed"], told).toContain(prospect.task?.status)
    expect(prospect.task?.kind, told).toBeUndefined()
    // Beside a living owner nothing is waited for but the remote and a moment, and then only for what may still start.
    if (end === "owner") expect(prospect.ownership, told).toBe("run")
    else expect([prospect.task?.status === "failed", prospect.hindered], told).toEqual([false, false])
    if (typeof end === "object") expect(prospect.now, told).toBeLessThan(end.until)
  }
})

test("no wait ends before its end: as long as another run has the task, whatever it makes of it meanwhile, it is waited for", () => {
  const open = all.filter(({ end, prospect: { task, ownership } }) => end === "owner" && ownership === "run" && task !== undefined)
  const expected = open.filter(
    ({ prospect: { task } }) => task?.kind === undefined && task?.status !== "merged" && task?.status !== "discarded",
  )
  expect(expected.length).toBeGreaterThan(0)
  expect(expected.every(({ goes }) => goes)).toBe(true)
  for (const end of ["remote", { until: 100 }] as const)
    expect(
      goesOn({ reason: "r", hint: "h", ends: end }, { task: { status: "pending" }, ownership: "nobody", hindered: false, now: 0 }),
    ).toBe(true)
})

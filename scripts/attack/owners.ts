import { unless } from "./assault.ts"
import type { Assault } from "./assault.ts"

/** A lease lasts 40 seconds; who sleeps longer has lost what another took meanwhile. */
const beyondLeaseMs = 52_000

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** Until a run has started so many agents, or a minute is over. */
const begun = async (attempts: () => readonly string[], count: number): Promise<void> => {
  for (let tries = 0; tries < 600 && attempts().length < count; tries++) await wait(100)
}

/** Owners that sleep, wake late, and wait for each other. */
export const owners: readonly Assault[] = [
  {
    name: "a run sleeps beyond its lease, and wakes in another's house",
    expected: { landed: ["slow"] },
    act: async (at) => {
      at.agent("slow", `[ -e "${at.folder}/woken" ] || { : > "${at.folder}/woken"; sleep 600; }; sleep 8; echo x > notes/slow.md`)
      const asleep = at.start(["run", "slow"])
      await begun(at.attempts, 1)
      asleep.signal("SIGSTOP")
      await wait(beyondLeaseMs)
      const taker = at.start(["run"])
      await begun(at.attempts, 2)
      asleep.signal("SIGCONT")
      const ends = [await taker.ended, await asleep.ended]
      return [
        ...unless(ends[0]?.code === 0, `the new owner ended with ${ends[0]?.code ?? "a signal"}: ${ends[0]?.said.slice(-300) ?? ""}`),
        ...unless(at.attempts().length <= 2, `${at.attempts().length} agents were paid`),
      ]
    },
  },
  {
    name: "a run waits for a task that fails elsewhere",
    expected: { landed: [], mayStay: /./ },
    act: async (at) => {
      at.agent("doomed", "sleep 4; exit 1")
      const first = at.start(["run", "doomed"])
      await begun(at.attempts, 1)
      const second = at.start(["run"])
      const ends = [await first.ended, await second.ended]
      return [
        ...unless(
          ends.every(({ late }) => !late),
          "it never ended",
        ),
        ...unless(
          ends.every(({ code }) => code !== 0),
          "exit 0 for a task that failed",
        ),
      ]
    },
  },
]

import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Trial } from "./figures.ts"
import { harmIn } from "./harm.ts"
import { house } from "./house.ts"
import type { House, Started, Wish } from "./house.ts"

/** One way to die: what is on when the kill comes, and which tasks have to be on the target after the next runs. */
export interface Shape {
  readonly name: string
  readonly wish?: Omit<Wish, "program">
  /** Milliseconds within which the kill comes. */
  readonly spanMs: number
  readonly titles: readonly string[]
  /** Starts what is killed; what it starts beside that lives on and is waited for. */
  readonly scene: (house: House) => Promise<{ readonly victim: Started; readonly beside?: readonly Started[] }>
  /** How it dies; by default the whole process group at once. */
  readonly blow?: (victim: Started) => void
  /** What ends the work after the kill; by default `osier run`. */
  readonly after?: readonly string[]
}

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

const plain = ["one", "two", "three"]
const runOf = (titles: readonly string[], ...flags: readonly string[]) => ["run", "-j3", ...flags, ...titles]

/** Both change one line, so that one of them is thrown back and works again on what the other landed. */
const meet = `sed -i "s/^two.*/&, $OSIER_TITLE/" src/a.txt; echo "$OSIER_TITLE" > "notes/$OSIER_TITLE.md"; sleep 0.2`
const mend = `if [ "$OSIER_ATTEMPT" = 1 ]; then echo x > notes/broken.md; else rm -f notes/broken.md; fi; echo x > "notes/$OSIER_TITLE.md"`

/** Git programs of a process group: what the system's own killer would pick, or a user in despair. */
const gitsOf = (group: number): readonly number[] =>
  readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1")
      const rest = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
      return stat.includes("(git") && Number(rest[2]) === group ? [Number(name)] : []
    } catch {
      return []
    }
  })

const killGits = (victim: Started): void => {
  const until = performance.now() + 400
  const strike = () => {
    for (const pid of gitsOf(victim.pid)) {
      try {
        process.kill(pid, "SIGKILL")
      } catch {
        // it had ended by itself
      }
    }
    if (performance.now() < until && !victim.isOver()) setTimeout(strike, 5)
  }
  strike()
}

export const shapes: readonly Shape[] = [
  {
    name: "killed: plain run",
    spanMs: 2500,
    titles: plain,
    scene: async (at) => ({ victim: at.start(runOf(plain)) }),
  },
  {
    name: "killed: red first, then mended",
    spanMs: 3500,
    titles: ["mend", "two"],
    scene: async (at) => {
      at.agent("mend", mend)
      return { victim: at.start(runOf(["mend", "two"])) }
    },
  },
  {
    name: "killed: two tasks in conflict",
    spanMs: 4000,
    titles: ["this", "that"],
    wish: { yaml: "" },
    scene: async (at) => {
      for (const title of ["this", "that"]) at.agent(title, meet)
      return { victim: at.start(runOf(["this", "that"], "--allow-overlap")) }
    },
  },
  {
    name: "killed: two runs, one dies",
    spanMs: 3000,
    titles: ["one", "two", "three", "four"],
    scene: async (at) => {
      const beside = [at.start(runOf(["three", "four"]))]
      return { victim: at.start(runOf(["one", "two"])), beside }
    },
  },
  {
    name: "killed: two clones, one dies",
    spanMs: 4000,
    titles: ["one", "two", "three", "four"],
    wish: { remote: true },
    scene: async (at) => {
      const other = await at.clone("other")
      const beside = [at.start(runOf(["three", "four"]), other)]
      return { victim: at.start(runOf(["one", "two"])), beside }
    },
  },
  {
    name: "killed: landing by hand",
    spanMs: 900,
    titles: plain,
    scene: async (at) => {
      await at.osier(...runOf(plain, "--land", "review"))
      const ids = (await at.tasks()).map(({ id }) => String(id))
      return { victim: at.start(["land", ...ids]) }
    },
    after: ["land"],
  },
  {
    name: "killed: git programs alone",
    spanMs: 2500,
    titles: plain,
    scene: async (at) => ({ victim: at.start(runOf(plain)) }),
    blow: killGits,
  },
]

/** What of the user's lies in the checkout, changed and not committed, when osier dies. */
const lived = async (at: House): Promise<() => Promise<readonly string[]>> => {
  writeFileSync(join(at.repo, "mine.txt"), "not committed\n")
  writeFileSync(join(at.repo, "gate.sh"), `${readFileSync(join(at.repo, "gate.sh"), "utf8")}# mine\n`)
  return async () => {
    const kept = [
      ["mine.txt", "not committed\n"],
      ["gate.sh", "# mine\n"],
    ].filter(([path = "", end = ""]) => !readFileSync(join(at.repo, path), "utf8").endsWith(end))
    return kept.map(([path]) => `the user's ${path} changed`)
  }
}

/** Kills once, at this moment, and looks what the next runs make of it. */
export const killed = async (shape: Shape, program: readonly string[], moment: number): Promise<Trial> => {
  await using at = await house({ program, ...shape.wish })
  const untouched = await lived(at)
  const { victim, beside = [] } = await shape.scene(at)
  await wait(moment * shape.spanMs)
  const blow = shape.blow ?? (({ signal }: Started) => signal("SIGKILL"))
  blow(victim)
  await victim.ended
  const others = await Promise.all(beside.map(({ ended }) => ended))
  const wrong = others.flatMap(({ code, late, said }) =>
    code === 0 ? [] : [`the other run ended with ${late ? "a hang" : code}: ${said.slice(-300)}`],
  )
  const finish = await finished(at, shape)
  return { wrong: [...wrong, ...finish, ...(await untouched())], harm: await harmIn(at, { landed: shape.titles }) }
}

/** What was begun is ended by the commands that a user would type; at the second time at the latest nothing more is to do. */
const finished = async (at: House, { titles, after = ["run"] }: Shape): Promise<readonly string[]> => {
  const missing = async () => {
    const rows = await at.tasks()
    return titles.filter((title) => !rows.some((row) => row.title === title))
  }
  const lost = await missing()
  const first = await at.osier("run", ...lost)
  if (first.late) return [`the run after it hung: ${first.said.slice(-300)}`]
  if (after[0] === "land") {
    const ids = (await at.tasks()).filter(({ status }) => status === "completed").map(({ id }) => String(id))
    if (ids.length > 0) await at.osier("land", ...ids)
  }
  const last = await at.osier("run")
  return last.code === 0 ? [] : [`the last run ended with ${last.late ? "a hang" : last.code}: ${last.said.slice(-400)}`]
}

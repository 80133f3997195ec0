import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { Git } from "../../../core/world/git/git.ts"
import { Objects } from "../../../core/world/git/objects.ts"
import { Refs } from "../../../core/world/git/refs.ts"
import { trySwap } from "../../../core/world/git/trySwap.ts"
import { askedAgain, conversation } from "../../../core/world/machine/conversation.ts"
import { Process } from "../../../core/world/machine/process.ts"
import { inWorld } from "../../support/world.ts"

/**
 * Talks to git as osier does, with all that can go wrong at once, and prints what came of it as one line of JSON: the same program
 * for every runtime and for the compiler. Its argument is a repository that it may fill.
 */
const repo = process.argv[2] ?? ""
const many = 3_000

/** Living children of this process whose command has this word. */
const childrenWith = (word: string): readonly number[] =>
  readdirSync("/proc").flatMap((name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1")
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
      const mine = Number(parent) === process.pid && state !== "Z"
      return mine && readFileSync(`/proc/${name}/cmdline`, "utf8").includes(word) ? [Number(name)] : []
    } catch {
      return []
    }
  })

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name)
  } catch {
    // It ended by itself.
  }
}

/** Kills all children with this word; answers with how many there were. */
const killed = (word: string) => Effect.sync(() => childrenWith(word).map((pid) => signal(pid, "SIGKILL")).length)

const refOf = (at: number): string => `refs/talk/${at}`

/** Writes, swaps and reads back thousands of things side by side; with `kills`, git is killed at it in the middle. */
const crowd = (kills: boolean) =>
  Effect.gen(function* () {
    const objects = yield* Objects
    const refs = yield* Refs
    const base = kills ? many : 0
    let [right, done, dead] = [0, 0, 0]
    const kill = Effect.gen(function* () {
      // No oftener than one act is done again.
      if (!kills || done % 900 !== 450) return
      dead += (yield* killed("cat-file")) + (yield* killed("update-ref"))
    })
    const one = (at: number) =>
      Effect.gen(function* () {
        const text = `${base + at}\n`.repeat(1 + (at % 97))
        const oid = yield* objects.writeBlob(text)
        if (at % 30 === 0) yield* refs.swap([{ ref: refOf(base + at), from: undefined, to: oid }])
        const [read, looked, ref, none] = yield* Effect.all(
          [objects.read(oid), objects.look(oid), refs.read(refOf(base + at)), refs.read(`refs/none/${at}`)],
          { concurrency: "unbounded" },
        )
        done += 1
        yield* kill
        if (read?.data.toString() !== text || looked?.size !== text.length || none !== undefined) return
        if (ref === (at % 30 === 0 ? oid : undefined)) right += 1
      })
    yield* Effect.forEach(
      Array.from({ length: many }, (_, at) => at),
      one,
      { concurrency: 200, discard: true },
    )
    return { right, dead }
  })

/** Many count with one ref: each number is given once. */
const counted = Effect.gen(function* () {
  const objects = yield* Objects
  const refs = yield* Refs
  const ref = "refs/talk/count"
  const next = Effect.gen(function* () {
    for (;;) {
      const from = yield* refs.read(ref)
      const now = from === undefined ? 0 : Number((yield* objects.read(from))?.data.toString())
      if (yield* trySwap([{ ref, from, to: yield* objects.writeBlob(String(now + 1)) }])) return
    }
  })
  yield* Effect.all(
    Array.from({ length: 20 }, () => next),
    { concurrency: "unbounded", discard: true },
  )
  return Number((yield* objects.read(ref))?.data.toString())
})

const argv = ["git", "--git-dir", join(repo, ".git"), "cat-file", "--batch-command"] as const
const line = (bytes: Buffer) => {
  const end = bytes.indexOf(10)
  return end < 0 ? undefined : { used: end + 1, value: bytes.subarray(0, end).toString() }
}

/** Asks partners of which the first so many are stopped; side by side, so that those behind the stopped one wait too. */
const stoppedPartners = (stopped: number) =>
  Effect.scoped(
    Effect.gen(function* () {
      const pids: number[] = []
      const onStart = (pid: number) => {
        pids.push(pid)
        if (pids.length <= stopped) signal(pid, "SIGSTOP")
      }
      const env = { PATH: process.env["PATH"] ?? "" }
      const { ask } = yield* conversation({ argv, cwd: repo, env }, { onStart, patienceSeconds: 1 })
      const said = yield* Effect.all(
        Array.from({ length: 500 }, () =>
          Effect.match(askedAgain(ask("info HEAD\n", line)), { onSuccess: () => "answered", onFailure: ({ message }) => message }),
        ),
        { concurrency: "unbounded" },
      )
      const left = pids.slice(0, stopped).filter((pid) => childrenWith("cat-file").includes(pid)).length
      return { said: [...new Set(said)].map((each) => each.replace(/^.* (?=gave)/, "")), partners: pids.length, left }
    }),
  )

/** A short git that stops before it answers, once or always: its time is over, and it is asked once more. */
const stoppedGit = (times: number) =>
  Effect.gen(function* () {
    const git = yield* Git
    const counter = join(repo, "..", `stops-${times}`)
    mkdirSync(counter)
    writeFileSync(
      join(counter, "git"),
      `#!/bin/sh\necho >> ${counter}/n\n[ $(wc -l < ${counter}/n) -gt ${times} ] || kill -STOP $$\nexec ${real} "$@"\n`,
      { mode: 0o755 },
    )
    const env = { PATH: `${counter}:${process.env["PATH"] ?? ""}` }
    const asked = git.text(["rev-parse", "--is-bare-repository"], { cwd: repo, env, timeoutMs: 1_000 })
    return yield* Effect.match(asked, { onSuccess: (text) => text, onFailure: ({ message }) => message })
  })

const real = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim()

/** Any other child that stops is ended when its time is over. */
const stoppedChild = Effect.gen(function* () {
  const { run } = yield* Process
  const env = { PATH: process.env["PATH"] ?? "" }
  const { timedOut, code } = yield* run({ argv: ["sh", "-c", "kill -STOP $$"], cwd: repo, env, timeoutMs: 500 })
  return { timedOut, code }
})

const told = await inWorld(
  repo,
  Effect.gen(function* () {
    const calm = yield* crowd(false)
    const rough = yield* crowd(true)
    return {
      calm,
      rough: { right: rough.right, dead: rough.dead > 2 },
      counted: yield* counted,
      once: yield* stoppedPartners(1),
      always: yield* stoppedPartners(9),
      gitOnce: yield* stoppedGit(1),
      gitAlways: yield* stoppedGit(9),
      child: yield* stoppedChild,
    }
  }),
)
// What was let go has a moment to end.
const until = performance.now() + 10_000
while (childrenWith("git").length > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 50))
console.log(JSON.stringify({ ...told, left: childrenWith("git").length }))

import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Journal } from "../../core/world/journal/journal.ts"
import { Machine } from "../../core/world/machine/machine.ts"
import { Mutex } from "../../core/world/machine/mutex.ts"

const workerFile = fileURLToPath(new URL("journalWorker.ts", import.meta.url))

/** A folder for a journal, gone with the `using` block. */
export const journalFolder = () => {
  const directory = mkdtempSync(join(tmpdir(), "osier-journal-"))
  const file = join(directory, "journal.jsonl")
  return {
    directory,
    file,
    lines: () => readFileSync(file, "utf8").split("\n").slice(0, -1),
    seqs: () =>
      readFileSync(file, "utf8")
        .split("\n")
        .slice(0, -1)
        .map((line): number => JSON.parse(line).seq),
    /** Runs with a journal of its own, as a process would have it. */
    journal: <A, E>(act: (journal: Journal["Service"]) => Effect.Effect<A, E, Scope.Scope>, run = "test"): Promise<A> =>
      Journal.use(act).pipe(
        Effect.scoped,
        Effect.provide(Journal.layer(directory, run).pipe(Layer.provideMerge(Mutex.layer), Layer.provide(Machine.layer))),
        Effect.runPromise,
      ),
    /** Another process that appends to the same journal. */
    worker: (run: string, count: number | "half", size = 10) => {
      const child = spawn(process.execPath, [workerFile, directory, run, String(count), String(size)], {
        stdio: ["ignore", "pipe", "inherit"],
      })
      return { child, said: once(child.stdout, "data").then(([text]) => String(text).trim()), ended: once(child, "exit") }
    },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  }
}

/** 1, 2, 3 … as many. */
export const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1)

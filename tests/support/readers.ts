import * as Effect from "effect/Effect"
import { parseArguments } from "../../core/domain/plan/plan.ts"
import { addTasks } from "../../core/engine/tasks/addTasks.ts"
import { explore } from "../../core/engine/planning/explore.ts"
import { readTask } from "../../core/steps/task/record.ts"
import { recordFile } from "../../core/steps/task/recordFile.ts"
import type { Stage } from "./engine.ts"

/** Settings with agents that are asked something: honest ones and others. */
export const readers = `agents:
  reader: { adapter: shell, command: ["sh", "-c", "echo looked at; head -1 README.md"] }
  writer: { adapter: shell, command: ["sh", "-c", "echo evil >> README.md; echo x > new.txt; echo y > cache.bin; git add new.txt; git commit -qm sneaky; mkdir -p deep/er; echo z > deep/er/z.txt; git update-index --assume-unchanged README.md; echo the answer > .osier/report.md"] }
  mute: { adapter: shell, command: ["true"] }
  thief: { adapter: shell, command: ["sh", "-c", "rm -f .osier/report.md; ln -s ../README.md .osier/report.md; echo own words"] }
  stealer: { adapter: shell, command: ["sh", "-c", "git branch -f precious HEAD~0; git tag stolen; echo done"] }
  twice: { adapter: shell, command: ["sh", "-c", "if [ $OSIER_ATTEMPT = 1 ]; then echo dirty > dirty.txt; exit 1; fi; echo two > two.txt; git add .; git commit -qm second; echo answer"] }
agent: reader
limits: { retries: 0 }
`

export const kept = (stage: Stage) =>
  stage.repo
    .git("for-each-ref", "--format=%(refname)", "refs/osier/keep")
    .split("\n")
    .filter((ref) => ref !== "")
const ask = (question: string) =>
  Effect.gen(function* () {
    const { tasks } = parseArguments([question], {
      agents: ["reader", "writer", "mute", "thief", "stealer", "twice"],
      adapters: [],
      gates: [],
    })
    const [added] = yield* addTasks(tasks, { again: "resume", kind: "explore" })
    return added?.id ?? 0
  })
/** Asks a question (`text:agent`), and looks at what came of it. */
export const answer = (stage: Stage, question: string) =>
  stage.act(
    Effect.gen(function* () {
      const id = yield* ask(question)
      const result = yield* Effect.result(explore(id))
      return { id, result, task: (yield* readTask(id)).task, report: yield* recordFile(id, "report.md") }
    }),
  )

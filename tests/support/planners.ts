import * as Effect from "effect/Effect"
import { parseArguments } from "../../core/domain/plan/plan.ts"
import { addTasks } from "../../core/engine/tasks/addTasks.ts"
import { changeTask, readTask } from "../../core/steps/task/record.ts"
import type { Stage } from "./engine.ts"

const proposal = `tasks:
  - { id: db, title: Schema, scope: [db/**], independence: "yes" }
  - { id: ui, title: Pages, needs: [db], scope: [ui/**], independence: shares the schema }
`
const planner = (text: string, to = ".osier/proposal.yaml") =>
  `{ adapter: shell, command: ["sh", "-c", ${JSON.stringify(`printf '%s' "$1" ${to === "" ? "" : `> ${to}`}; echo; echo planned`)}, "-", ${JSON.stringify(text)}] }`
/** Settings with planners: a good one, one that only talks, one that learns from its mistakes, and worse ones. */
export const planners = (retries = 0) => `agents:
  good: ${planner(proposal)}
  talker: ${planner(`I looked.\n\`\`\`yaml\n${proposal}\`\`\`\n`, "")}
  bad: ${planner(proposal.replace("[db],", "[bd],"))}
  learner: { adapter: shell, command: ["sh", "-c", ${JSON.stringify(
    `if grep -q 'unknown need bd' .osier/prompt.md; then echo 'tasks: [{title: Right}]'; else echo 'tasks: [{title: Wrong, needs: [bd]}]'; fi > .osier/proposal.yaml`,
  )}] }
  silent: { adapter: shell, command: ["true"] }
agent: good
limits: { retries: ${retries} }
`
const names = ["good", "talker", "bad", "learner", "silent"]

/** Puts a task into the store that is to be planned. */
export const make = (stage: Stage, text: string) =>
  stage.act(
    Effect.gen(function* () {
      const { tasks } = parseArguments([text], { agents: names, adapters: [], gates: [] })
      const [added] = yield* addTasks(tasks, { again: "resume", kind: "plan" })
      return added?.id ?? 0
    }),
  )
export const read = (stage: Stage, id: number) => stage.act(Effect.map(readTask(id), ({ task }) => task))
/** Ends a task as if a run had done it, without a word to its plan. */
export const over = (id: number, status: "merged" | "discarded") =>
  Effect.andThen(
    status === "merged" ? changeTask(id, (task) => ({ ...task, status: "running" })) : Effect.void,
    status === "merged"
      ? Effect.andThen(
          changeTask(id, (task) => ({ ...task, status: "completed" })),
          changeTask(id, (task) => ({ ...task, status: "merged" })),
        )
      : changeTask(id, (task) => ({ ...task, status })),
  )

import { draftOf, type Known, type Read } from "./planDraft.ts"
import { type PlanTask, readTask } from "./planYaml.ts"
import { readYaml } from "../text/yamlPlace.ts"

/** A task as a program gives it: a text, with `:agent` at its end if wanted, or the fields of a task in a plan. */
export type GivenTask = string | typeof PlanTask.Type

/** Tasks from a program. What is wrong with one is told by its place in the list and its field. */
export const readGiven = (tasks: readonly GivenTask[], known: Known): Read => {
  const reads = tasks.map((given, index) => {
    const field = `task ${index + 1}`
    if (typeof given === "string") return { draft: draftOf(given, known, () => ({ field })), problems: [] }
    const { draft, problems } = readTask(readYaml(JSON.stringify(given)), [])
    const placed = ({ field: inner }: { readonly field?: string }) => ({
      field: inner === undefined || inner === "" ? field : `${field}: ${inner}`,
    })
    return {
      draft: { ...draft, place: (...part: readonly (string | number)[]) => placed(draft.place(...part)) },
      problems: problems.map(({ message, hint, ...place }) => ({ ...placed(place), message, hint })),
    }
  })
  return { drafts: reads.map(({ draft }) => draft), problems: reads.flatMap(({ problems }) => problems) }
}

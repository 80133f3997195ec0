import { unless } from "../cell.ts"
import type { Case } from "../cell.ts"
import { usage } from "../step.ts"

const commit = "git add -A && git commit -qm 'Add a note'"

/** What goes well, and what a person sees of it. */
export const success: readonly Case[] = [
  {
    name: "success, the agent commits",
    act: async (at) => {
      at.model.script({ write: "notes/a", text: "right" }, { bash: commit }, { say: "I added the note." })
      const { code, said } = await at.osier("run", "Add a note")
      const [attempt] = await at.attempts()
      const list = (await at.osier("ls", "--all", "--json")).said
      const shown = (await at.osier("show", "1")).said
      return [
        ...unless(code === 0, `exit ${code}: ${said.slice(-300)}`),
        ...unless((await at.landed("notes/a")) === "right", "it did not land"),
        ...unless(attempt?.spent?.outputTokens === 3 * usage.output, `spent ${JSON.stringify(attempt?.spent)}`),
        ...unless(/Spent/.test(said), "the summary names no costs"),
        ...unless(/"spent"/.test(list), "ls --json names no costs"),
        ...unless(/token/.test(shown), `show names no costs: ${shown}`),
      ]
    },
  },
  {
    name: "success, osier commits",
    act: async (at) => {
      at.model.script({ write: "notes/a", text: "right" }, { say: "I added the note." })
      const { code, said } = await at.osier("run", "Add a note")
      return [
        ...unless(code === 0, `exit ${code}: ${said.slice(-300)}`),
        ...unless((await at.landed("notes/a")) === "right", "it did not land"),
      ]
    },
  },
]

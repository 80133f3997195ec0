import { unless } from "../cell.ts"
import type { Case } from "../cell.ts"

/** A gate that says no. */
export const red: readonly Case[] = [
  {
    name: "gate red once, then right",
    act: async (at) => {
      at.model.script({ write: "notes/a", text: "wrong" }, { say: "Added." }, { bash: "echo right > notes/a" }, { say: "Mended." })
      const { code, said } = await at.osier("run", "Add a note")
      const last = at.model.asked.at(-1)
      return [
        ...unless(code === 0, `exit ${code}: ${said.slice(-300)}`),
        ...unless((await at.landed("notes/a")) === "right", "it did not land"),
        ...unless(last?.prompts === 2, `the last request holds ${last?.prompts} prompts`),
        ...unless(last?.text.includes("the note is wrong") === true, "the agent was not told why"),
      ]
    },
  },
]

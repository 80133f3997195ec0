import type { Command } from "../command.ts"

const beside = `The agent may only read: it works in a tree of its own that is thrown away, takes no slot of a run, and needs no gate. What it writes
all the same is undone, kept (osier keep), and told.`

const exits = `Exit codes: 0 done, 1 the agent failed, 2 a mistake in the call or in the proposal, 3 the environment, 4 held by another, 5 a proposal
waits for your word (the last line says what to type), 130 interrupted.`

const options = [
  { flag: "--accept", meaning: "make the proposed tasks without asking" },
  { flag: "--agent <name>", meaning: "who is asked (default: the agent of the task, or the default one)" },
  { flag: "--target <branch>", meaning: "the branch to look at (default: the one checked out)" },
]

/** What goes on beside the work, and changes nothing. */
export const planning = [
  {
    name: "plan",
    args: "<task>",
    summary: "Let an agent take a big task apart; you accept the parts.",
    details: `A text makes a task, the number of a task takes that one. What the agent proposes is checked like any plan and shown, with what can be
built and tested alone and what overlaps. Accepted parts become tasks of their own; the big one is done when the last of them is merged or
discarded. A proposal that waits is shown again; --new asks for another.

${beside}

${exits}`,
    options: [...options, { flag: "--new", meaning: "ask again, even if a proposal waits" }],
    json: {
      plan: "{ task, title, report, proposal: [{ key, title, prompt, needs, scope, … }], sideBySide, undone: { what, keep? }, accepted?, drifted?, next? }",
    },
    examples: [
      'osier plan "Move the shop to the new API"  # shows what it proposes, and asks',
      'osier plan "Move the shop to the new API" --agent architect  # somebody else plans than works',
      "osier plan 12  # a task that turned out too big, or the proposal that waits",
      "osier plan 12 --accept  # make the tasks it proposed; then: osier run",
    ],
  },
  {
    name: "explore",
    args: "<question>",
    summary: "Let an agent answer a question by reading; nothing is changed.",
    details: `The report is printed, and stays with the task (osier show <id>). If the agent proposes work, you accept it, or leave it.

${beside}

${exits}`,
    options: [...options, { flag: "--new", meaning: "ask anew, even if the same question is unanswered" }],
    json: {
      explore:
        "{ task, title, report, proposal: [{ key, title, prompt, needs, scope, … }], sideBySide, undone: { what, keep? }, accepted?, drifted?, next? }",
    },
    examples: [
      'osier explore "Where is the session token checked?"',
      'osier explore "Which tests are slow, and why?" --json | jq -r .report',
      "osier explore 12  # the report again, or another try when it failed",
      "osier explore 12 --accept  # make the tasks it proposed; then: osier run",
    ],
  },
] as const satisfies readonly Command[]

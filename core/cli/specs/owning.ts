import { type Command, eachEvent } from "../command.ts"

/** What people, and agents that osier does not start, type to work on a task themselves. */
export const owning = [
  {
    name: "tree",
    args: "[what]",
    summary: "Make one isolated tree for a task, with its plan inside, and print its path.",
    details:
      "what is the text of a new task, or the number of one there is. The task stays pending until it is claimed, or a run starts it.\nThe tree has .osier/plan.md and .osier/prompt.md. Asked for again, it is the same tree; `osier clean` leaves it.\nWith --tasks no tree is made: every task is written to .osier/tasks/*.md of your checkout, to be edited; `osier sync` takes the edits back.",
    options: [
      { flag: "--plan <file>", meaning: "the plan of a new task" },
      { flag: "--agent <name>", meaning: "the agent of a new task" },
      { flag: "--new", meaning: "make a new task even if the same one is unfinished" },
      { flag: "--tasks", meaning: "write all tasks as files that can be edited" },
      { flag: "--target <branch>", meaning: "the branch to start from (default: the one checked out)" },
    ],
    json: { tree: "{ tree: { id, title, status, made, … } }", "tree --tasks": "{ folder, written, restored, left }" },
    examples: [
      'osier tree "Implement OAuth2" --plan oauth.md --agent backend  # prints the path, so that cd "$(osier tree …)" goes there',
      "osier tree 12",
      'osier tree --json "Fix login"',
      "osier tree --tasks  # then edit, then osier sync",
    ],
  },
  {
    name: "claim",
    args: "<id>",
    summary: "Make a task yours and print where to work on it; nobody else can start it meanwhile.",
    details: `The claim lasts 8 hours, or as long as --for says; every osier command typed in its tree renews it. Of all who claim a task at
the same time one gets it; the others are told who has it and until when, and end with 4. The proof that a claim is yours is to stand
in its tree, or the same OSIER_SESSION: set it to a text of your own for each agent that shares a clone.
With --no-tree you work on the branch that is checked out: osier commits, stashes and lands nothing there, and a second task in the
same checkout needs a declared scope that is disjoint.`,
    options: [
      { flag: "--for <duration>", meaning: "how long it lasts without a sign of life (default 8h)" },
      { flag: "--as <email>", meaning: "who you are (default: the setting `email`, then git's user.email)" },
      { flag: "--no-tree", meaning: "work in your checkout, on its branch, without a tree" },
      { flag: "--allow-overlap", meaning: "with --no-tree: although another task here may touch the same files" },
      { flag: "--steal", meaning: "take it from whoever holds it; that is recorded" },
      { flag: "--target <branch>", meaning: "the branch to start from (default: the one checked out)" },
    ],
    json: { claim: "{ claim: { id, title, assigned_to, email, until, fence, refreshed, place, from, notes } }" },
    examples: [
      'osier claim 12  # prints where to work: cd "$(osier claim 12)" goes there',
      "osier claim 12 --for 2h --as me@example.com",
      "osier claim 12 --no-tree",
      "osier claim 12 --steal",
    ],
  },
  {
    name: "release",
    args: "[id]",
    summary: "Give a claimed task back. What was done is kept, and said.",
    details: "Without an id: the task whose tree you are in.",
    options: [],
    json: { release: "{ released: { id, status, … } }" },
    examples: ["osier release 12", "osier release"],
  },
  {
    name: "done",
    args: "[id]",
    summary: "Say that a claimed task is done: its commits are judged by the gates and land as any others.",
    details: `Without an id: the task whose tree you are in. There must be commits ahead of the base and nothing uncommitted. The gates run in a
clean checkout; with \`land: auto\` the work lands, with \`land: review\` it waits for \`osier land\`. What does not pass stays yours.

Exit codes: 0 done, 1 it is not done or did not pass, 4 another one holds it, 5 it waits for you (the last lines say what to type).`,
    options: [
      { flag: "--target <branch>", meaning: "the branch to land on (default: the one checked out)" },
      { flag: "--merge <how>", meaning: "squash, merge or rebase" },
      { flag: "--land <how>", meaning: "auto: land what passes; review: wait for `osier land`" },
      { flag: "--allow-ungated", meaning: "land it although no gate is configured" },
      { flag: "--allow-gate-changes", meaning: "land it although it changes what judges it" },
      { flag: "--wait <duration>", meaning: "how long to wait for your own files in its way (default 30s)" },
    ],
    json: { done: eachEvent },
    examples: ["osier done", "osier done 12"],
  },
] as const satisfies readonly Command[]

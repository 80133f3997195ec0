import { type Command, eachEvent } from "../command.ts"

/** Verbs for people, and for agents that osier does not start, to work on a task themselves. */
export const byHand = [
  {
    name: "tree",
    args: "[what]",
    summary: "Make an isolated tree for a task and print its path",
    details: `what is the text of a new task, or the number of an existing one. The task stays pending until you claim it or a run starts it.
The tree has .osier/plan.md and .osier/prompt.md. The same call again prints the same tree; \`osier clean\` leaves it.
With --tasks no tree is made: every task is written to .osier/tasks/*.md of your checkout; \`osier sync\` takes your edits back.`,
    options: [
      { flag: "--plan <file>", meaning: "the plan of a new task" },
      { flag: "--agent <name>", meaning: "the agent of a new task" },
      { flag: "--new", meaning: "create a new task even if the same one is unfinished" },
      { flag: "--tasks", meaning: "write all tasks as files that you can edit" },
      { flag: "--target <branch>", meaning: "the branch to start from (default: the one checked out)" },
    ],
    json: {
      tree: "{ tree: { id, title, status, path, branch, base, tree, made } }",
      "tree --tasks": "{ folder, written, restored, left }",
    },
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
    summary: "Make a task yours and print where to work on it",
    details: `No run starts a claimed task. The claim lasts 8 hours, or as long as --for says; every osier command typed in its tree renews it. Of all who
claim a task at the same time one gets it; the others learn who has it and until when, and end with 4. The proof that a claim is yours is
to stand in its tree, or the same OSIER_SESSION: set it to a value of its own for each agent that shares a clone.
With --no-tree you work on the branch that is checked out: osier commits, stashes and lands nothing there, and a second task in the
same checkout needs a declared scope that is disjoint.`,
    options: [
      { flag: "--for <duration>", meaning: "how long it lasts without a sign of life (default 8h)" },
      { flag: "--as <email>", meaning: "who you are (default: the setting `email`, then git's user.email)" },
      { flag: "--no-tree", meaning: "work in your checkout, on its branch, without a tree" },
      { flag: "--allow-overlap", meaning: "with --no-tree: although another task here may touch the same files" },
      { flag: "--steal", meaning: "take the task by force; the record says so" },
      { flag: "--target <branch>", meaning: "the branch to start from (default: the one checked out)" },
    ],
    json: {
      claim: "{ claim: { id, title, assigned_to, email, until, fence, refreshed, place: { path, branch, base, tree? }, from?, notes } }",
    },
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
    summary: "Release a claimed task and keep its work",
    details: "Without an id: the task of the tree you are in.",
    options: [],
    json: { release: "{ released: { id, status, … } }" },
    examples: ["osier release 12", "osier release"],
  },
  {
    name: "done",
    args: "[id]",
    summary: "Submit a claimed task for gates and landing",
    details: `Without an id: the task of the tree you are in. It needs commits ahead of its base and nothing uncommitted. The gates run in a clean
checkout; with \`land: auto\` the work lands, with \`land: review\` it waits for \`osier land\`. Work that does not pass stays yours.

Exit codes: 0 done, 1 it is not done or did not pass, 4 held by another, 5 it waits for you (the last lines say what to type).`,
    options: [
      { flag: "--target <branch>", meaning: "the branch to land on (default: the one checked out)" },
      { flag: "--merge <how>", meaning: "squash, merge or rebase" },
      { flag: "--land <how>", meaning: "auto: land what passes; review: wait for `osier land`" },
      { flag: "--allow-ungated", meaning: "land the work although no gate is configured" },
      { flag: "--allow-gate-changes", meaning: "allow changes to gate inputs" },
      { flag: "--wait <duration>", meaning: "how long to wait for your own files in its way (default 30s)" },
    ],
    json: { done: eachEvent },
    examples: ["osier done", "osier done 12"],
  },
  {
    name: "sync",
    summary: "Exchange tasks with the remote, edited files and drafts",
    details: `Brings this clone and the remote together, where there is one, and gives drafts their numbers. Edited files are those of \`osier tree --tasks\`:
an edit is merged with what changed meanwhile; where the same field was changed elsewhere, the other value stands and yours is in the
task's history. A new .md file becomes a task, a deleted one is written again. A file with a mistake is reported by line and field
and stays as it is; the others are taken, and the exit code is 2.`,
    options: [],
    json: {
      sync: "{ met: { shown: [id], merged: [{ id, here, conflicts }], renumbered: [{ from, id, title }] }, numbered: [{ id, title, draft }], edits: [{ id, file, fields, conflicts, edit? }], created: [{ id, title, file }], problems: [{ file, line?, field?, message, hint }], files?: { written, restored, left } }",
    },
    examples: ["osier sync  # after osier tree --tasks, and edits of .osier/tasks/*.md", "osier sync --json | jq .problems"],
  },
] as const satisfies readonly Command[]

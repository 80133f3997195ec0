import { type Command, eachEvent } from "../command.ts"

const planDetails = `Tasks come from words ("text" or "text:agent"), from files (--from: one task a line, Markdown, YAML or JSON), or from a
folder of Markdown files. Every mistake in all of them is told at once, with file and line, before anything is made. The same plan or
words again go on with the same tasks; those that have still to be worked on follow what the plan says by now.`

const declaring = [
  { flag: "--from <file...>", meaning: "read tasks from a file, a folder, or - (standard input); may be repeated" },
  { flag: "-t, --task <text...>", meaning: "one more task, as a word would be; may be repeated" },
  { flag: "--priority <word>", meaning: "low, normal, high or urgent, for tasks that say nothing else" },
  { flag: "--branch <name>", meaning: "the branch of a lone task" },
  { flag: "--adopt", meaning: "with --branch: go on with the one that is there" },
  { flag: "--fresh", meaning: "with --branch: keep the tip of the one that is there, and cut it anew" },
  { flag: "--remote <name>", meaning: "share tasks, locks and the target through this git remote; none for this clone alone" },
]

/** What makes tasks and works on them. */
export const running = [
  {
    name: "run",
    args: "[...tasks]",
    summary: "Work on tasks side by side, and land what passes its gates.",
    details: `${planDetails}
Without any, everything that is ready in the store runs, and what was interrupted goes on.

A task lands when its commits pass every gate on the target; what does not land is kept, and the end says where. Ctrl-C once: finish
what works, start nothing more. Twice: stop everything; \`osier run\` goes on from there.

Exit codes: 0 all done, 1 some failed or are blocked, 2 a mistake in the call, the plan or the settings, 3 the environment, 4 held by
another run, 5 something waits for you (the last lines say what to type), 130 interrupted.`,
    options: [
      ...declaring,
      { flag: "--agent <name>", meaning: "the agent of tasks that name none; of all that are given by number" },
      { flag: "-j, --jobs <n>", meaning: "how many tasks at the same time (default 3)" },
      { flag: "--max <n>", meaning: "the same as --jobs" },
      { flag: "--target <branch>", meaning: "the branch that work lands on (default: the one checked out)" },
      { flag: "--land <how>", meaning: "auto: land what passes; review: wait for `osier land`" },
      { flag: "--merge <how>", meaning: "squash, merge or rebase" },
      { flag: "--commits <how>", meaning: "batch: several may land together; individual: one at a time" },
      { flag: "--name <slug>", meaning: "the name in the branch of a lone task" },
      { flag: "--keep-branch", meaning: "keep the task's branch after it has landed" },
      { flag: "--dry-run", meaning: "only show what would run when, what overlaps, and what would judge it" },
      { flag: "--new", meaning: "make new tasks even if the same ones are unfinished" },
      { flag: "--allow-overlap", meaning: "run tasks together although their scopes overlap" },
      { flag: "--allow-ungated", meaning: "land work although no gate is configured" },
      { flag: "--allow-gate-changes", meaning: "land work that changes what judges it" },
      { flag: "--on-red-target <how>", meaning: "stop, or go: work although the target fails its own gates, to repair it" },
      { flag: "--wait <duration>", meaning: "how long a landing waits for your own files in its way, or for a red target (default 30s)" },
    ],
    json: {
      run: eachEvent,
      "run --dry-run":
        "{ target, gates, concurrency, waves: [[{ name, title, agent, needs, independence? }]], stuck: [{ name, reason }], done: [{ id, name, status }], overlaps: [{ a, b, globs }] }",
    },
    examples: [
      'osier run "Add a login page" "Fix the typo in README.md"  # two tasks with the default agent',
      'osier run -j 5 "Scan for injection:security-specialist"  # an agent of its own',
      "osier run --from plan.yaml --dry-run  # look before you pay",
      "osier run --from plan.yaml  # and go; again after an interruption",
      "osier run  # everything that is ready",
      "osier run 3 5  # these two of the store",
      'osier run "Mend the build" --branch feature/login --adopt  # go on with a branch that is there',
      "osier run --remote origin  # the same graph, together with whoever runs it on other machines",
      "make-tasks | osier run --from -  # what another program says: lines, YAML or JSON",
      "osier run --json --from tasks.txt | jq -r .type  # one event a line",
    ],
  },
  {
    name: "add",
    args: "[...tasks]",
    summary: "Put tasks into the store, for a later `osier run`.",
    details: planDetails,
    options: [
      ...declaring,
      { flag: "--agent <name>", meaning: "the agent of tasks that name none" },
      { flag: "--new", meaning: "make new tasks even if the same ones are unfinished" },
      { flag: "--draft", meaning: "without a number for now: asks nobody; `osier sync` or a bare `osier run` numbers it" },
    ],
    json: { add: "{ tasks: [{ id, title, resumed, changed? }] }", "add --draft": "{ drafts: [{ draft, title }] }" },
    examples: [
      'osier add "Add a login page" "Explain the API:scribe"  # two tasks, one of them for the agent scribe',
      "osier add --from plan.yaml --priority high  # a plan; what says no priority itself is high",
      'osier add --json "Write docs"  # {"tasks":[{"id":7,"title":"Write docs","resumed":false}]}',
      'osier add --draft "An idea on the train"  # it gets its number when the remote can be reached',
    ],
  },
  {
    name: "sync",
    summary: "Take edited task files back into the store, and give drafts their numbers.",
    details: `The files are those of \`osier tree --tasks\`. An edit is merged with what changed meanwhile; where somebody changed the same field, their
value stands and yours is in the task's history. A new .md file becomes a task, a deleted one is written again. A file with a mistake is
told by line and field and stays as it is; the others are taken, and the exit code is 2.`,
    options: [],
    json: {
      sync: "{ met: { shown: [id], merged: [{ id, here, conflicts }], renumbered: [{ from, id, title }] }, numbered: [{ id, title, draft }], edits: [{ id, file, fields, conflicts, edit? }], created: [{ id, title, file }], problems: [{ file, line?, field?, message, hint }], files?: { written, restored, left } }",
    },
    examples: ["osier sync  # after osier tree --tasks, and edits of .osier/tasks/*.md", "osier sync --json | jq .problems"],
  },
  {
    name: "watch",
    summary: "Watch the runs of this repository live.",
    details: "Ends with the run that is going on; with --follow it stays for the next ones.",
    options: [{ flag: "-f, --follow", meaning: "stay when the run has ended" }],
    json: { watch: eachEvent },
    examples: [
      "osier watch  # in a second terminal, while osier run works",
      "osier watch -f  # and stay for the next run",
      "osier watch --json | jq -r .type  # one event a line",
    ],
  },
  {
    name: "serve",
    summary: "Serve the events of this repository on a websocket of this machine until Ctrl-C.",
    details: "A run serves them as well while it works; this stays. The address and its token stand in <git dir>/osier/server.json.",
    options: [{ flag: "--port <n>", meaning: "the port (default: any that is free)" }],
    json: { serve: "{ url, port, token, journal }" },
    examples: ["osier serve  # prints the address with its token", "osier serve --port 7433 --json  # the same for a program"],
  },
  {
    name: "stop",
    summary: "Ask the runs of this repository on this machine to end.",
    details: "They finish what works, land it, and start nothing more. With --now they stop at once; what was done so far is kept.",
    options: [{ flag: "--now", meaning: "stop at once" }],
    json: { stop: "{ runs: [{ run, pid, ended }] }" },
    examples: ["osier stop  # as Ctrl-C once in each run", "osier stop --now  # as Ctrl-C twice"],
  },
] as const satisfies readonly Command[]

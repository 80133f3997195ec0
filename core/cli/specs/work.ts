import { type Command, eachEvent } from "../command.ts"

const planDetails = `Tasks come from words ("text" or "text:agent"), from files (--from: one task a line, Markdown, YAML or JSON), or from a folder of
Markdown files. osier reports every mistake at once, with file and line, before it creates anything. The same plan or words again go on
with the same tasks; tasks that still have to be worked on follow the plan as it is now.`

const declaring = [
  { flag: "--from <file...>", meaning: "read tasks from a file, a folder, or - (standard input); may be repeated" },
  { flag: "-t, --task <text...>", meaning: "one more task, like a word; may be repeated" },
  { flag: "--priority <word>", meaning: "priority for tasks without one: low, normal, high or urgent" },
  { flag: "--branch <name>", meaning: "the branch of a lone task" },
  { flag: "--adopt", meaning: "with --branch: continue the existing branch" },
  { flag: "--fresh", meaning: "with --branch: restart the existing branch; its old tip is kept" },
  { flag: "--remote <name>", meaning: "share tasks, locks and the target through this git remote; none for this clone alone" },
]

const readOnly = `The agent is read-only. It works in a throw-away tree, and uses no slot of a run and no gate. What it writes all the same is undone, kept
(osier keep) and reported.`

const exits = `Exit codes: 0 done, 1 the agent failed, 2 a mistake in the call or in the proposal, 3 the environment, 4 held by another, 5 a proposal
waits for your word (the last line says what to type), 130 interrupted.`

const asking = [
  { flag: "--accept", meaning: "create the proposed tasks without asking" },
  { flag: "--agent <name>", meaning: "the agent to ask (default: the agent of the task, or the default one)" },
  { flag: "--target <branch>", meaning: "the branch to look at (default: the one checked out)" },
]

const proposed =
  "{ task, title, report, proposal: [{ key, title, prompt, needs, scope, … }], sideBySide, undone: { what, keep? }, accepted?, drifted?, next? }"

/** Verbs that create tasks and let agents work on them. */
export const work = [
  {
    name: "run",
    args: "[...tasks]",
    summary: "Work on tasks side by side and land what passes its gates",
    details: `${planDetails}
Without tasks, everything that is ready in the store runs, and interrupted work goes on.

A task lands when its commits pass every gate on the target. What does not land is kept, and the summary says where. Press Ctrl-C once to
finish running work and start nothing new; twice to stop at once. \`osier run\` goes on from there.

Exit codes: 0 all done, 1 some failed or are blocked, 2 a mistake in the call, the plan or the settings, 3 the environment, 4 held by
another run, 5 something waits for you (the last lines say what to type), 130 interrupted.`,
    options: [
      ...declaring,
      { flag: "--agent <name>", meaning: "the agent of tasks without one; of every task given by number" },
      { flag: "-j, --jobs <n>", meaning: "number of tasks at the same time (default 3)" },
      { flag: "--max <n>", meaning: "alias for --jobs" },
      { flag: "--target <branch>", meaning: "the branch that work lands on (default: the one checked out)" },
      { flag: "--land <how>", meaning: "auto: land what passes; review: wait for `osier land`" },
      { flag: "--merge <how>", meaning: "squash, merge or rebase" },
      { flag: "--commits <how>", meaning: "batch: several may land together; individual: one at a time" },
      { flag: "--name <slug>", meaning: "the name in the branch of a lone task" },
      { flag: "--keep-branch", meaning: "keep the task's branch after it has landed" },
      { flag: "--dry-run", meaning: "show the order, overlaps and gates, and start nothing" },
      { flag: "--new", meaning: "create new tasks even if the same ones are unfinished" },
      { flag: "--allow-overlap", meaning: "run tasks with overlapping scopes together" },
      { flag: "--allow-ungated", meaning: "land work although no gate is configured" },
      { flag: "--allow-gate-changes", meaning: "allow changes to gate inputs" },
      { flag: "--on-red-target <how>", meaning: "stop, or go: start work although the target fails its own gates, to repair it" },
      { flag: "--wait <duration>", meaning: "how long a landing waits for your own files in its way, or for a red target (default 30s)" },
    ],
    json: {
      run: eachEvent,
      "run --dry-run":
        "{ target, gates, concurrency, waves: [[{ name, title, agent, needs, independence? }]], stuck: [{ name, reason }], done: [{ id, name, status }], overlaps: [{ a, b, globs }] }",
    },
    examples: [
      'osier run "Add a login page" "Fix the typo in README.md"  # two tasks with the default agent',
      'osier run -j 5 "Scan for injection:security-specialist"  # one task with an agent of its own',
      "osier run --from plan.yaml --dry-run  # look before you pay",
      "osier run --from plan.yaml  # go; the same command goes on after an interruption",
      "osier run  # everything that is ready",
      "osier run 3 5  # these two tasks of the store",
      'osier run "Mend the build" --branch feature/login --adopt  # continue an existing branch',
      "osier run --remote origin  # share the work with runs on other machines",
      "make-tasks | osier run --from -  # tasks from another program: lines, YAML or JSON",
      "osier run --json --from tasks.txt | jq -r .type  # one event a line",
    ],
  },
  {
    name: "add",
    args: "[...tasks]",
    summary: "Add tasks to the store for a later run",
    details: planDetails,
    options: [
      ...declaring,
      { flag: "--agent <name>", meaning: "the agent of tasks without one" },
      { flag: "--new", meaning: "create new tasks even if the same ones are unfinished" },
      { flag: "--draft", meaning: "without a number, and without asking a remote; `osier sync` or a bare `osier run` numbers it" },
    ],
    json: { add: "{ tasks: [{ id, title, resumed, changed? }] }", "add --draft": "{ drafts: [{ draft, title }] }" },
    examples: [
      'osier add "Add a login page" "Explain the API:scribe"  # two tasks, one of them for the agent scribe',
      "osier add --from plan.yaml --priority high  # a plan; tasks without a priority get high",
      'osier add --json "Write docs"  # {"tasks":[{"id":7,"title":"Write docs","resumed":false}]}',
      'osier add --draft "An idea on the train"  # numbered when the remote can be reached',
    ],
  },
  {
    name: "plan",
    args: "<task>",
    summary: "Let an agent split a big task into parts that you accept",
    details: `A text creates a task; a number takes that task. osier checks the proposal like any plan and shows it, with what can be built and tested
alone and what overlaps. Accepted parts become tasks; the big task is done when the last of them is merged or discarded. A waiting proposal
is shown again; --new asks for another.

${readOnly}

${exits}`,
    options: [...asking, { flag: "--new", meaning: "ask again, even if a proposal waits" }],
    json: { plan: proposed },
    examples: [
      'osier plan "Move the shop to the new API"  # shows the proposal, and asks',
      'osier plan "Move the shop to the new API" --agent architect  # one agent plans, others work',
      "osier plan 12  # a task that turned out too big, or the proposal that waits",
      "osier plan 12 --accept  # create the proposed tasks; then: osier run",
    ],
  },
  {
    name: "explore",
    args: "<question>",
    summary: "Let an agent answer a question without changing anything",
    details: `The report is printed, and stays with the task (osier show <id>). If the agent proposes work, you accept it or leave it.

${readOnly}

${exits}`,
    options: [...asking, { flag: "--new", meaning: "ask again, even if the same question has no answer yet" }],
    json: { explore: proposed },
    examples: [
      'osier explore "Where is the session token checked?"',
      'osier explore "Which tests are slow, and why?" --json | jq -r .report',
      "osier explore 12  # the report again, or another try when it failed",
      "osier explore 12 --accept  # create the proposed tasks; then: osier run",
    ],
  },
  {
    name: "stop",
    summary: "Ask the runs of this repository to end",
    details:
      "Runs on this machine finish running work, land it, and start nothing new. With --now they stop at once; their work so far is kept.",
    options: [{ flag: "--now", meaning: "stop at once" }],
    json: { stop: "{ runs: [{ run, pid, ended }] }" },
    examples: ["osier stop  # as Ctrl-C once in each run", "osier stop --now  # as Ctrl-C twice"],
  },
] as const satisfies readonly Command[]

import { type Command, eachEvent } from "../command.ts"

/** What only looks. */
export const looking = [
  {
    name: "ls",
    summary: "List tasks: where each one stands, and why.",
    details: `With a remote it is asked first. When it can't be reached, what was last seen is shown, and that is said; with --locks the exit code
is 3 then, for a lock that nobody can ask for is never free.`,
    options: [
      { flag: "--all", meaning: "also those that are merged or discarded" },
      { flag: "--status <word>", meaning: "only those: pending, running, completed, merged, failed, discarded" },
      { flag: "--label <name>", meaning: "only those with that label" },
      { flag: "--locks", meaning: "who holds which lock, where, since and until when, and when they last gave a sign of life" },
    ],
    json: {
      ls: "{ tasks: [{ id, title, status, priority, labels, agent?, needs, scope, reason?, waits?, spent?, … }], broken?: [{ id, message, hint, file?, line? }], drafts?: [{ draft, title, … }] }",
      "ls --locks": "{ locks: [{ name, standing, alive, silentMs, state, owner, acquired, expires, fence }], broken: [ref] }",
    },
    examples: [
      "osier ls  # what is open, and what each task waits for",
      "osier ls --all  # and what is over",
      "osier ls --label idea  # what has that label",
      "osier ls --status failed --json | jq '.tasks[].id'",
      "osier ls --locks  # who works on what",
    ],
  },
  {
    name: "show",
    args: "<id>",
    summary: "Show one task: state, reason, attempts, verdicts, where its work is, what to type next.",
    options: [],
    json: {
      show: "{ task, record: { ref, commit }, lock, tree?, blocks, verdicts: [{ gate, verdict, ms, cached, tree, log? }], keeps, report, waits?, next }",
    },
    examples: ["osier show 12", "osier show 12 --json | jq -r .task.status  # for scripts"],
  },
  {
    name: "logs",
    args: "<id>",
    summary: "Show what a task's agent said and what its gates printed.",
    options: [
      { flag: "-f, --follow", meaning: "go on with what comes" },
      { flag: "--attempt <n>", meaning: "only that attempt" },
    ],
    json: { logs: eachEvent },
    examples: ["osier logs 12", "osier logs 12 -f  # while it works", "osier logs 12 --attempt 2"],
  },
  {
    name: "diff",
    args: "<id>",
    summary: "Show what a task changed, from its base to its last commit.",
    options: [{ flag: "--stat", meaning: "only which files, and how much" }],
    json: { diff: "{ id, base, tip, files: [{ path, added, removed }], diff }" },
    examples: ["osier diff 12", "osier diff 12 --stat  # how much, and where", "osier diff 12 --json | jq -r '.files[].path'"],
  },
  {
    name: "events",
    summary: "Print what happened in this repository, one line an event.",
    details: "Every event has a place (seq) that only grows: give the last one you saw as --since to read on without a gap.",
    options: [
      { flag: "--since <seq>", meaning: "only what came after that place (default 0: all)" },
      { flag: "-f, --follow", meaning: "go on with what comes" },
    ],
    json: { events: eachEvent },
    examples: [
      "osier events  # the whole story of this repository on this machine",
      "osier events --json --since 0  # the same for a program",
      "osier events -f --json --since 120  # go on behind place 120, and stay",
    ],
  },
] as const satisfies readonly Command[]

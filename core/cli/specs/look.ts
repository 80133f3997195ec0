import { type Command, eachEvent } from "../command.ts"

/** Verbs that only look. */
export const look = [
  {
    name: "ls",
    summary: "List tasks with their state and reason",
    details: `With a remote, osier asks it first. When the remote cannot be reached, \`ls\` shows what was last seen, and says so; with --locks the exit
code is 3 then, because an unreachable lock is never treated as free.`,
    options: [
      { flag: "--all", meaning: "include merged and discarded tasks" },
      { flag: "--status <word>", meaning: "only one state: pending, running, completed, merged, failed or discarded" },
      { flag: "--label <name>", meaning: "only tasks with this label" },
      { flag: "--locks", meaning: "show who holds which lock, where, since when, until when, and the last sign of life" },
    ],
    json: {
      ls: "{ tasks: [{ id, title, status, priority, labels, agent?, needs, scope, reason?, waits?, spent?, … }], broken?: [{ id, message, hint, file?, line? }], drafts?: [{ draft, title, … }] }",
      "ls --locks":
        "{ locks: [{ name, standing, alive, silentMs, state, owner, acquired, expires, leaseMs, fence, nonce }], broken: [ref] }",
    },
    examples: [
      "osier ls  # open tasks, and what each one waits for",
      "osier ls --all  # merged and discarded ones too",
      "osier ls --label idea",
      "osier ls --status failed --json | jq '.tasks[].id'",
      "osier ls --locks  # who works on what",
    ],
  },
  {
    name: "show",
    args: "<id>",
    summary: "Show one task, its work and what to type next",
    details: "State and reason, attempts, verdicts, where the work is, what the task waits for and what needs it.",
    options: [],
    json: {
      show: "{ task, record: { ref, commit }, lock, tree?, blocks, verdicts: [{ gate, verdict, ms, cached, tree, log? }], keeps, report, waits?, next }",
    },
    examples: ["osier show 12", "osier show 12 --json | jq -r .task.status  # for scripts"],
  },
  {
    name: "logs",
    args: "<id>",
    summary: "Show what a task's agent said and its gates printed",
    options: [
      { flag: "-f, --follow", meaning: "go on with what comes" },
      { flag: "--attempt <n>", meaning: "only this attempt" },
    ],
    json: { logs: eachEvent },
    examples: ["osier logs 12", "osier logs 12 -f  # while it works", "osier logs 12 --attempt 2"],
  },
  {
    name: "diff",
    args: "<id>",
    summary: "Show what a task changed",
    details: "From the commit its branch was cut from to its last commit.",
    options: [{ flag: "--stat", meaning: "only which files, and how much" }],
    json: { diff: "{ id, base, tip, files: [{ path, added, removed }], diff }" },
    examples: ["osier diff 12", "osier diff 12 --stat  # how much, and where", "osier diff 12 --json | jq -r '.files[].path'"],
  },
  {
    name: "events",
    summary: "Print what happened in this repository",
    details:
      "One line an event. Every event has a place (seq) that only grows: give the last one you saw as --since to read on without a gap.",
    options: [
      { flag: "--since <seq>", meaning: "only events after this place (default 0: all)" },
      { flag: "-f, --follow", meaning: "go on with what comes" },
    ],
    json: { events: eachEvent },
    examples: [
      "osier events  # the whole story of this repository on this machine",
      "osier events --json --since 0  # the same for a program",
      "osier events -f --json --since 120  # go on behind place 120, and stay",
    ],
  },
  {
    name: "watch",
    summary: "Watch the runs of this repository live",
    details: "Ends when the current run ends; with --follow it stays for the next ones.",
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
    summary: "Serve events on a local websocket until Ctrl-C",
    details:
      "A run serves its events while it works; this verb serves them for longer. Address and token stand in <git dir>/osier/server.json.",
    options: [{ flag: "--port <n>", meaning: "the port (default: any that is free)" }],
    json: { serve: "{ url, port, token, journal }" },
    examples: ["osier serve  # prints the address with its token", "osier serve --port 7433 --json  # the same for a program"],
  },
] as const satisfies readonly Command[]

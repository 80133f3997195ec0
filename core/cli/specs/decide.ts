import { type Command, eachEvent } from "../command.ts"

const redTarget = {
  flag: "--on-red-target <how>",
  meaning: "stop, or go: start work although the target fails its own gates, to repair it",
}
const target = { flag: "--target <branch>", meaning: "the branch to land on (default: the one checked out)" }
const allowUngated = { flag: "--allow-ungated", meaning: "land work although no gate is configured" }
const allowGateChanges = { flag: "--allow-gate-changes", meaning: "allow changes to gate inputs" }

/** Verbs by which a person decides about finished and failed work. */
export const decide = [
  {
    name: "land",
    args: "<...ids>",
    summary: "Land completed tasks after their gates pass",
    options: [
      target,
      { flag: "--merge <how>", meaning: "squash, merge or rebase" },
      { flag: "--allow-ungated", meaning: "land work although no gate is configured; naming a task says so already" },
      allowGateChanges,
      { flag: "--wait <duration>", meaning: "how long to wait for your own files in its way (default 30s)" },
    ],
    json: { land: eachEvent },
    examples: [
      "osier land 12  # after a look at: osier diff 12; naming it is the review, and lands ungated work too",
      "osier land 12 14 15",
      "osier land 12 --allow-gate-changes  # you looked at what it does to its own gates",
    ],
  },
  {
    name: "retry",
    args: "<...ids>",
    summary: "Retry failed tasks with evidence from the last attempt",
    options: [
      { flag: "-j, --jobs <n>", meaning: "number of tasks at the same time (default 3)" },
      { flag: "--agent <name>", meaning: "give the tasks to this agent" },
      target,
      allowUngated,
      allowGateChanges,
      redTarget,
    ],
    json: { retry: eachEvent },
    examples: [
      "osier retry 12  # its agent learns why the last attempt failed",
      "osier retry 12 13 -j 2",
      "osier retry 12 --agent claude  # by another agent",
    ],
  },
  {
    name: "answer",
    args: "<id> <text...>",
    summary: "Answer an agent's question so that it goes on",
    details: "The agent goes on in the same session, where its program can continue one.",
    options: [target, allowUngated, allowGateChanges, redTarget],
    json: { answer: eachEvent },
    examples: ['osier answer 12 "Take the second one."', "osier show 12  # shows the question"],
  },
  {
    name: "discard",
    args: "<...ids>",
    summary: "Discard tasks and keep their work",
    options: [],
    json: { discard: "{ discarded: [{ id, keep? }] }" },
    examples: ["osier discard 12  # says where its work is kept", "osier discard 12 13"],
  },
  {
    name: "keep",
    args: "[action] [id]",
    summary: "List, show, restore or drop work that did not land",
    details: `Actions: list (default), show <id>, restore <id>, drop <id>. An id is a task's number, or <task>/<attempt>. restore gives every byte back
(commits, changed, untracked and ignored files) in a folder of its own; drop is the only command of osier that gives work up for good.`,
    options: [
      { flag: "--to <dir>", meaning: "restore into this folder, which must not exist" },
      { flag: "--yes", meaning: "really drop; without it drop only says what would go, and exits 5" },
    ],
    json: {
      keep: "{ keeps: [{ task, attempt, ref, commit, base?, reason, at, files, left }] }",
      "keep show": "{ keeps: [{ task, attempt, ref, commit, base?, reason, at, files, left }] }",
      "keep restore": "{ keep, path, files, branch?, left }",
      "keep drop": "{ dropped, waiting }",
    },
    examples: [
      "osier keep  # all keeps",
      "osier keep show 12  # which files, and why they are kept",
      "osier keep restore 12 --to ../rescued  # every byte back; the newest attempt",
      "osier keep restore 12/1  # an older one, beside the repository",
      "osier keep drop 12/1 --yes",
    ],
  },
] as const satisfies readonly Command[]

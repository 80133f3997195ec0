import { type Command, eachEvent } from "../command.ts"

/** What a person decides about work that is done, or was not. */
export const landing = [
  {
    name: "land",
    args: "<...ids>",
    summary: "Land completed tasks, through the same gates as ever.",
    options: [
      { flag: "--target <branch>", meaning: "the branch to land on (default: the one checked out)" },
      { flag: "--merge <how>", meaning: "squash, merge or rebase" },
      { flag: "--allow-ungated", meaning: "land work although no gate is configured; naming a task says so already" },
      { flag: "--allow-gate-changes", meaning: "land work that changes what judges it" },
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
    summary: "Give failed tasks another go, with what is known of the last one.",
    options: [
      { flag: "-j, --jobs <n>", meaning: "how many tasks at the same time (default 3)" },
      { flag: "--agent <name>", meaning: "give them to that agent" },
      { flag: "--target <branch>", meaning: "the branch to land on (default: the one checked out)" },
      { flag: "--allow-ungated", meaning: "land work although no gate is configured" },
      { flag: "--allow-gate-changes", meaning: "land work that changes what judges it" },
      { flag: "--on-red-target <how>", meaning: "stop, or go: work although the target fails its own gates, to repair it" },
    ],
    json: { retry: eachEvent },
    examples: [
      "osier retry 12  # its agent is told why the last attempt failed",
      "osier retry 12 13 -j 2",
      "osier retry 12 --agent claude  # by another agent",
    ],
  },
  {
    name: "answer",
    args: "<id> <text...>",
    summary: "Answer what a task's agent asked; it goes on in the same session.",
    options: [
      { flag: "--target <branch>", meaning: "the branch to land on (default: the one checked out)" },
      { flag: "--allow-ungated", meaning: "land work although no gate is configured" },
      { flag: "--allow-gate-changes", meaning: "land work that changes what judges it" },
      { flag: "--on-red-target <how>", meaning: "stop, or go: work although the target fails its own gates, to repair it" },
    ],
    json: { answer: eachEvent },
    examples: ['osier answer 12 "Take the second one."', "osier show 12  # what it asks"],
  },
  {
    name: "discard",
    args: "<...ids>",
    summary: "Give tasks up. What they did is kept, and can be restored.",
    options: [],
    json: { discard: "{ discarded: [{ id, keep? }] }" },
    examples: ["osier discard 12  # says where its work is kept", "osier discard 12 13"],
  },
  {
    name: "clean",
    summary: "Remove what is proven to be no longer needed, and say why it was safe.",
    details: `Trees, branches and locks of tasks that are over. Work that did not land is on a keep before its tree goes; keeps are never removed here.
With --stale instead: locks whose owner is proven dead or whose lease is over are freed, and trees of dead owners go. A lease from another
machine that looks over is watched for half a minute first. Where agents had finished, the tree stays for \`osier run\`.

Exit codes: 0 done; 3 with --stale when the remote could not be asked: its locks stay, and this machine is cleaned all the same.`,
    options: [
      { flag: "--dry-run", meaning: "only say what would go" },
      { flag: "--stale", meaning: "what owners left that are gone: locks and trees of tasks that are not over" },
    ],
    json: { clean: "{ dryRun, removed: [{ what, name, proof }], left: [{ what, name, why }] }" },
    examples: [
      "osier clean --dry-run  # what would go, and why that is safe",
      "osier clean",
      "osier clean --stale  # after a crash, without waiting for the next run",
    ],
  },
  {
    name: "keep",
    args: "[action] [id]",
    summary: "Work that did not land: list it, show it, restore it, drop it.",
    details:
      "list (default), show <id>, restore <id>, drop <id>. An id is a task's number, or <task>/<attempt>. restore gives every byte back\n(commits, changed, untracked and ignored files) in a folder of its own; drop is the only command of osier that gives work up for good.",
    options: [
      { flag: "--to <dir>", meaning: "restore into that folder, which must not exist" },
      { flag: "--yes", meaning: "really drop; without it drop only says what would go, and exits 5" },
    ],
    json: {
      keep: "{ keeps: [{ task, attempt, ref, commit, base?, reason, at, files, left }] }",
      "keep show": "{ keeps: [{ task, attempt, ref, commit, base?, reason, at, files, left }] }",
      "keep restore": "{ keep, path, files, branch?, left }",
      "keep drop": "{ dropped, waiting }",
    },
    examples: [
      "osier keep  # all there is",
      "osier keep show 12  # which files, and why they are kept",
      "osier keep restore 12 --to ../rescued  # every byte back; the newest attempt",
      "osier keep restore 12/1  # an older one, beside the repository",
      "osier keep drop 12/1 --yes",
    ],
  },
] as const satisfies readonly Command[]

/** A command that tests the project, and what told so. */
export interface FoundGate {
  readonly name: string
  readonly run: string
  readonly from: string
  /** What it is about, when that is a part of the repository. */
  readonly scope?: readonly string[]
}

/** What a look at a repository told. */
export interface Project {
  readonly name: string
  readonly target?: string
  readonly gates: readonly FoundGate[]
  readonly setup: readonly { readonly run: string; readonly when: string }[]
  readonly keepIgnored: readonly string[]
  readonly copy: readonly string[]
  /** Globs of the tests that are there. */
  readonly tests: readonly string[]
  /** Parts that are tested on their own, for which no gate is proposed. */
  readonly more?: readonly string[]
  /** Agent programs on this machine. */
  readonly agents: readonly string[]
}

/** A remote that was tried out, and where osier's refs may stand there. */
export interface Shared {
  readonly remote: string
  readonly namespace: string
}

const list = (words: readonly string[]): string => `[${words.map((word) => JSON.stringify(word)).join(", ")}]`
const argv = (run: string): string => list(run.split(" "))

const agentsText = ({ agents }: Project, programs: readonly string[]): readonly string[] => {
  const [first] = agents
  const example = [
    '#   reviewer: { adapter: claude, model: opus, instructions: "Look for injection first." }',
    '#   scribe: { adapter: shell, command: ["sh", "-c", "cat > notes/$OSIER_SLUG.md"] }   # the prompt arrives on stdin',
  ]
  if (first === undefined)
    return [
      `# No agent program (${programs.join(", ")}) was found on PATH. Install one, or let any program be an agent:`,
      "# agents:",
      ...example,
      "# agent: scribe",
    ]
  return [
    `# Found here: ${agents.join(", ")}. The agent of tasks that name none; "text:agent" names one for a task.`,
    `agent: ${first}`,
    "# Profiles of your own:",
    "# agents:",
    ...example,
  ]
}

/** What is said of a workspace: how a task keeps to a part of it. */
const partsText = ({ gates, more = [] }: Project): readonly string[] => {
  const [first] = gates.flatMap(({ scope = [] }) => scope)
  if (first === undefined) return []
  return [
    "# This is a workspace. A task that says which part it is about runs beside those of the others: `scope` in a plan, as",
    `#   scope: ${list([first])}`,
    ...(more.length === 0 ? [] : [`# These are tested as well, and have no gate here: ${more.join(", ")}`]),
  ]
}

const gatesText = ({ gates, tests, ...project }: Project): readonly string[] =>
  gates.length === 0
    ? [
        '# Nothing that tests this project was found. Without a gate work is "ungated" and lands only when you say so.',
        "# gates:",
        '#   test: { run: ["npm", "test"], timeout: 10m }',
      ]
    : [
        "# What must pass before anything lands, in a clean checkout of the exact commit. A task can't change what judges it.",
        "gates:",
        ...gates.map(
          ({ name, run, from, scope }) =>
            `  ${name}: { run: ${argv(run)}, timeout: 10m }   # ${scope === undefined ? "" : `scope ${list(scope)}, `}found by ${from}`,
        ),
        ...partsText({ gates, tests, ...project }),
        ...(tests.length === 0 ? [] : [`# To look at all work that changes tests before it lands, give a gate: protect: ${list(tests)}`]),
      ]

const treeText = ({ copy, setup, keepIgnored }: Project): readonly string[] => {
  if (copy.length + setup.length + keepIgnored.length === 0)
    return [
      "# What each tree needs beyond a checkout:",
      "# tree:",
      '#   copy: [".env"]',
      '#   setup: [{ run: ["npm", "ci"], when: ["package-lock.json"] }]',
    ]
  return [
    "# What each task's own tree needs beyond a checkout.",
    "tree:",
    ...(copy.length === 0 ? [] : [`  copy: ${list(copy)}   # untracked files, copied in`]),
    ...(setup.length === 0
      ? []
      : [`  setup: [${setup.map(({ run, when }) => `{ run: ${argv(run)}, when: ${list([when])} }`).join(", ")}]`]),
    ...(keepIgnored.length === 0 ? [] : [`  keep_ignored: ${list(keepIgnored)}   # may stay when a tree is used again`]),
  ]
}

/** The keys that share tasks with others, as they stand in `osier.yaml`. */
export const sharingLines = ({ remote, namespace }: Shared): readonly string[] => [
  `remote: ${remote}`,
  ...(namespace === "refs/osier/" ? [] : [`namespace: ${namespace}   # this host takes only branches`]),
]

/** An `osier.yaml` to start with, which explains itself; `programs` are those that osier drives without any settings. */
export const settingsDraft = (project: Project, programs: readonly string[], shared?: Shared): string =>
  `${[
    "# How osier works on this repository. Every key is optional; `osier schema` explains all of them.",
    "",
    ...(project.target === undefined
      ? ["# The branch that work lands on (left out: the one checked out).", "# target: main"]
      : ["# The branch that work lands on.", `target: ${JSON.stringify(project.target)}`]),
    "",
    ...(shared === undefined
      ? ["# Tasks, locks and the target can be shared with other machines through a git remote.", "# remote: origin"]
      : ["# Tasks, locks and the target are shared with other machines through this git remote.", ...sharingLines(shared)]),
    "",
    ...agentsText(project, programs),
    "",
    ...gatesText(project),
    "",
    ...treeText(project),
    "",
    "# concurrency: 3      # tasks at the same time",
    "# land: review        # wait for `osier land` instead of landing what passed",
    "# merge: squash       # squash | merge | rebase",
    "# limits: { attempt: 30m, idle: 10m, retries: 2 }",
  ].join("\n")}\n`

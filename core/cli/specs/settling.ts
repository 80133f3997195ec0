import type { Command } from "../command.ts"

/** What one needs once, or when something is wrong. */
export const settling = [
  {
    name: "init",
    summary: "Look at this repository and write an osier.yaml to start with.",
    details: `It finds how your project is tested and which agent programs you have. A file that exists is never touched.
With --remote it tries out whether the remote takes osier's refs: it pushes one and deletes it at once. Where only branches are taken,
\`namespace: refs/heads/osier/\` is written too. At a terminal it asks.`,
    options: [
      { flag: "--dry-run", meaning: "print the file instead of writing it; nothing is pushed" },
      { flag: "--remote <name>", meaning: "share tasks, locks and the target through this git remote; none: don't ask" },
    ],
    json: { init: "{ path, written, text, gates, setup, agents, remote?, namespace?, … }" },
    examples: [
      "osier init --dry-run  # look first",
      "osier init  # then write it, and commit it",
      "osier init --remote origin  # the same, for several people or machines",
    ],
  },
  {
    name: "gate",
    args: "[name]",
    summary: "Run a gate as a judge would, on the target as it is, and show what it prints.",
    details: `In a clean checkout of the target's tip, with set-up and copied files as everywhere; without a name all gates, one after the other.
Nothing is changed and nothing lands.

Exit codes: 0 all passed, 1 one failed or took too long, 2 no such gate, 3 one can't run.`,
    options: [
      { flag: "--commit <name>", meaning: "judge that commit or branch instead, by the gates of the target" },
      { flag: "--target <branch>", meaning: "whose gates, and whose tip (default: the branch checked out)" },
    ],
    json: { gate: "{ commit, gates: [{ gate, verdict, ms, code?, reason?, log? }] }" },
    examples: ["osier gate  # all of them", "osier gate test  # only that one", "osier gate --commit HEAD --json | jq '.gates[].verdict'"],
  },
  {
    name: "doctor",
    summary: "Check everything osier stands on, and say what to type where something is wrong.",
    details: `With a remote also: can it be reached, has it the target, does it take osier's refs, is the branch here behind or diverged. It only
looks; with --probe it pushes one ref there and deletes it at once.`,
    options: [
      { flag: "--gates", meaning: "run every gate on the target's tip: does it pass its own?" },
      { flag: "--run", meaning: "only say what each run of this repository here waits for: stage, since when, locks, processes" },
      { flag: "--probe", meaning: "try out whether the remote takes osier's refs" },
    ],
    json: {
      doctor: "{ ok, checks: [{ name, state, ok, found, hint }] }",
      "doctor --run": "{ runs: [{ run, pid, lines: [{ name, found, late }] }] }",
    },
    examples: [
      "osier doctor  # exits 3 when something has to be mended",
      "osier doctor --gates  # before the first run",
      "osier doctor --run  # what does it wait for? kill -USR1 <process> has a run say it itself",
      "osier doctor --probe",
      "osier doctor --json | jq '.checks[] | select(.ok | not)'",
    ],
  },
  {
    name: "schema",
    args: "[what]",
    summary: "Print the keys of osier.yaml, or the JSON Schema of settings, events or plans.",
    details: "what is settings (default), events or plan. With --json it is the JSON Schema, for editors and programs.",
    options: [],
    json: { schema: "the JSON Schema" },
    examples: [
      "osier schema  # every key of osier.yaml: meaning, default, variable",
      "osier schema events  # every event with its fields",
      "osier schema plan  # the fields of a task in a plan",
      "osier schema settings --json > osier.schema.json  # for an editor",
    ],
  },
  {
    name: "licenses",
    summary: "Print the licences of osier and of the packages whose code it holds.",
    details: "A build has the same text in dist/THIRD-PARTY-NOTICES.txt, and a bill of materials in dist/sbom.cdx.json.",
    options: [],
    json: { licenses: "{ osier: { version, license }, packages: [{ name, version, license, text }] }" },
    examples: ["osier licenses", "osier licenses --json | jq -r '.packages[] | .name + \" \" + .license'  # what a program reads"],
  },
  {
    name: "completions",
    args: "<shell>",
    summary: "Print completions for bash, zsh or fish.",
    options: [],
    json: { completions: "{ shell, script }" },
    examples: [
      "source <(osier completions bash)  # in ~/.bashrc",
      "osier completions zsh > ~/.zfunc/_osier  # in a folder of fpath",
      "osier completions fish > ~/.config/fish/completions/osier.fish",
    ],
  },
] as const satisfies readonly Command[]

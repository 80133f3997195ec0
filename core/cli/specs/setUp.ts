import type { Command } from "../command.ts"

/** Verbs that a person needs once, or when something is wrong. */
export const setUp = [
  {
    name: "init",
    summary: "Detect tests and agents and write osier.yaml",
    details: `An existing osier.yaml is never touched. With --remote it tries out whether the remote takes osier's refs: it pushes one and deletes it
at once. Where only branches are taken, it also writes \`namespace: refs/heads/osier/\`. At a terminal it asks.`,
    options: [
      { flag: "--dry-run", meaning: "print the file instead of writing it, and push nothing" },
      { flag: "--remote <name>", meaning: "share tasks, locks and the target through this git remote; none: don't ask" },
    ],
    json: { init: "{ path, written, text, gates, setup, agents, remote?, namespace?, … }" },
    examples: [
      "osier init --dry-run  # look first",
      "osier init  # then commit osier.yaml",
      "osier init --remote origin  # the same, for several people or machines",
    ],
  },
  {
    name: "doctor",
    summary: "Check the setup and suggest fixes",
    details: `With a remote it also checks whether the remote can be reached, has the target and takes osier's refs, and whether the branch here is behind
or diverged. It only looks; with --probe it pushes one ref there and deletes it at once.`,
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
      "osier doctor --run  # what does it wait for? kill -USR1 <process> makes a run say it itself",
      "osier doctor --probe",
      "osier doctor --json | jq '.checks[] | select(.ok | not)'",
    ],
  },
  {
    name: "gate",
    args: "[name]",
    summary: "Run gates on the target as a judge does",
    details: `In a clean checkout of the target's tip, with set-up and copied files as everywhere. Without a name all gates run, one after the other.
Nothing is changed and nothing lands.

Exit codes: 0 all passed, 1 one failed or took too long, 2 no such gate, 3 one can't run.`,
    options: [
      { flag: "--commit <name>", meaning: "judge this commit or branch instead, by the gates of the target" },
      { flag: "--target <branch>", meaning: "whose gates, and whose tip (default: the branch checked out)" },
    ],
    json: { gate: "{ commit, gates: [{ gate, verdict, ms, code?, reason?, log? }] }" },
    examples: ["osier gate  # all of them", "osier gate test  # only this one", "osier gate --commit HEAD --json | jq '.gates[].verdict'"],
  },
  {
    name: "clean",
    summary: "Remove trees, branches and locks that are no longer needed",
    details: `For each one it says why that is safe. Work that did not land is on a keep before its tree goes; keeps are never removed here.
With --stale instead: locks whose owner is proven dead or whose lease is over are freed, and trees of dead owners go. A lease from another
machine that looks over is watched for half a minute first. Where an agent had finished, the tree stays for \`osier run\`.

Exit codes: 0 done; 3 with --stale when the remote could not be asked: its locks stay, and this machine is cleaned all the same.`,
    options: [
      { flag: "--dry-run", meaning: "only say what would go" },
      { flag: "--stale", meaning: "remove what dead owners left: locks and trees of tasks that are not over" },
    ],
    json: { clean: "{ dryRun, removed: [{ what, name, proof }], left: [{ what, name, why }] }" },
    examples: [
      "osier clean --dry-run  # what would go, and why that is safe",
      "osier clean",
      "osier clean --stale  # after a crash, without waiting for the next run",
    ],
  },
  {
    name: "schema",
    args: "[what]",
    summary: "Print the keys of osier.yaml or a JSON Schema",
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
    name: "completions",
    args: "<shell>",
    summary: "Print completions for bash, zsh or fish",
    options: [],
    json: { completions: "{ shell, script }" },
    examples: [
      "source <(osier completions bash)  # in ~/.bashrc",
      "osier completions zsh > ~/.zfunc/_osier  # in a folder of fpath",
      "osier completions fish > ~/.config/fish/completions/osier.fish",
    ],
  },
  {
    name: "licenses",
    summary: "Print the licences of osier and its packages",
    details: "A build has the same text in dist/THIRD-PARTY-NOTICES.txt, and a bill of materials in dist/sbom.cdx.json.",
    options: [],
    json: { licenses: "{ osier: { version, license }, packages: [{ name, version, license, text }] }" },
    examples: ["osier licenses", "osier licenses --json | jq -r '.packages[] | .name + \" \" + .license'  # for a program"],
  },
] as const satisfies readonly Command[]

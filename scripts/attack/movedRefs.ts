import { unless } from "./assault.ts"
import type { Assault } from "./assault.ts"
import type { House } from "./house.ts"

const past = 'env -i PATH="$PATH" HOME=/nonexistent'

/** Ways to move a branch which no hook hears of. */
const ways = {
  "git without environment": (tip: string) => `${past} git update-ref refs/heads/main ${tip}`,
  "git without hooks": (tip: string) => `git -c core.hooksPath=/dev/null update-ref refs/heads/main ${tip}`,
  "a file below .git/refs": (tip: string) => `echo ${tip} > "$(git rev-parse --git-common-dir)/refs/heads/main"`,
} as const

const commit = (note: string) =>
  `echo sly > notes/${note}.md; git add -A; git commit -qm sly; tip=$(git rev-parse HEAD); git reset -q --hard HEAD~1; echo x > "notes/$OSIER_TITLE.md"`

const reds = Object.entries(ways).map(([name, move]): Assault => ({
  name: `the target is moved onto red by ${name}`,
  expected: { landed: [], mayStay: /./, branch: "begin" },
  act: async (at) => {
    await at.git("branch", "begin")
    at.agent("mover", `${commit("broken")}\n${move("$tip")}`)
    const { code, said } = await at.osier("run", "--json", "mover", "later")
    const tip = await at.git("rev-parse", "main")
    const kept = await at.git("merge-base", "--is-ancestor", tip, "main").then(
      () => true,
      () => false,
    )
    return [
      ...unless(code !== 0, "exit 0"),
      ...unless(/"(what|ref|message)":[^}]*(refs\/heads\/main|the target|main)/.test(said), "it was never told"),
      ...unless(kept, "the target went back without a word"),
      ...unless(await builtOnNothingRed(at), "osier landed something on the red commit"),
    ]
  },
}))

/** Landings of ours have a trailer; none of them may stand on a commit that the gate refuses. */
const builtOnNothingRed = async (at: House): Promise<boolean> => {
  const commits = (
    await at.git("log", "--first-parent", "--format=%H%x20%(trailers:key=Osier-Task,valueonly,separator=%x2C)", "main")
  ).split("\n")
  for (const line of commits) {
    const [commitId = "", task = ""] = line.split(" ")
    if (task !== "" && (await at.git("ls-tree", "--name-only", commitId, "notes/")).includes("notes/broken")) return false
  }
  return true
}

/** Attacks on refs, past every hook. */
export const movedRefs: readonly Assault[] = [
  ...reds,
  {
    name: "the user's own good commit comes past every hook",
    expected: { landed: ["mover", "later"], mayStay: /^(tree|branches)/ },
    act: async (at) => {
      at.agent("mover", `${commit("sound")}\n${ways["git without environment"]("$tip")}`)
      const { said } = await at.osier("run", "-j1", "--json", "mover", "later")
      const stands = (await at.git("ls-tree", "--name-only", "main", "notes/")).includes("notes/sound.md")
      return [
        ...unless(stands, "it is gone from the target"),
        ...unless(/refs\/heads\/main|TargetMoved|main/.test(said), "it was never told"),
      ]
    },
  },
  {
    name: "a keep and a task's record are deleted",
    expected: { landed: ["later"], mayStay: /./ },
    act: async (at) => {
      at.agent("fails", "echo precious > notes/precious.md; exit 1")
      await at.osier("run", "fails")
      const before = await at.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/osier/keep", "refs/osier/tasks")
      at.agent(
        "later",
        `echo x > notes/later.md
for ref in $(git for-each-ref --format='%(refname)' refs/osier/keep refs/osier/tasks/1); do ${past} git update-ref -d "$ref"; done`,
      )
      const { said } = await at.osier("run", "later")
      const after = await at.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/osier/keep", "refs/osier/tasks")
      const gone = before.split("\n").filter((line) => line !== "" && !after.includes(line.split(" ")[0] ?? line))
      return [
        ...unless(gone.length === 0, `${gone.join(", ")} did not come back`),
        ...unless(/refs\/osier|keep|record/.test(said), "it was never told"),
      ]
    },
  },
]

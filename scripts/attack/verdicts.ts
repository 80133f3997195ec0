import { unless } from "./assault.ts"
import type { Assault } from "./assault.ts"

/** Agents that write where verdicts are remembered, and where the judge works. */
export const verdicts: readonly Assault[] = [
  {
    name: "a remembered fail is turned into a pass",
    expected: { landed: [], mayStay: /^(tree|branches|\d+ trees)/ },
    act: async (at) => {
      at.agent(
        "flip",
        `[ "$OSIER_ATTEMPT" = 2 ] && for f in "${at.repo}"/.git/osier/verdicts/*; do sed -i 's/"fail"/"pass"/g' "$f"; done
echo x > notes/broken.md; git add -A; GIT_AUTHOR_DATE=@1 GIT_COMMITTER_DATE=@1 git commit -qm same || true`,
      )
      const { code } = await at.osier("run", "flip")
      return [...unless(code !== 0, "exit 0"), ...unless((await at.statusOf("flip")) !== "merged", "it landed")]
    },
  },
  {
    name: "the judge's own checkout is poisoned",
    wish: {
      yaml: `tree:
  setup: [{ run: ["sh", "setup.sh"], when: ["setup.sh"] }]
  keep_ignored: ["kept"]
`,
      files: { ".gitignore": "kept/\n", "setup.sh": "mkdir -p kept; cp gate.sh kept/check.sh\n" },
    },
    expected: { landed: ["first"], mayStay: /^(tree|branches|\d+ trees)/ },
    act: async (at) => {
      // the gate of this house is a program in the folder that the judge keeps
      const yaml = await at.git("show", "main:osier.yaml")
      at.agent(
        "poison",
        `for f in ../.judge/*/tree/kept/check.sh ../.judge/*/kept/check.sh; do [ -e "$f" ] && echo 'exit 0' > "$f"; done
echo x > notes/broken.md`,
      )
      const { writeFileSync } = await import("node:fs")
      writeFileSync(`${at.repo}/osier.yaml`, yaml.replace(`["sh", "gate.sh"]`, `["sh", "kept/check.sh"]`))
      await at.git("commit", "-qam", "Judge by the kept program")
      await at.osier("run", "first")
      const { code } = await at.osier("run", "poison")
      return [...unless(code !== 0, "exit 0"), ...unless((await at.statusOf("poison")) !== "merged", "it landed")]
    },
  },
  {
    name: "osier is killed beside a forged marker",
    expected: { landed: [], secrets: [], mayStay: /./ },
    act: async (at) => {
      at.agent(
        "forger",
        `echo x > notes/broken.md; git add -A; git commit -qm sly
tip=$(git rev-parse HEAD); mkdir -p .osier
printf '{"task":%s,"attempt":1,"base":"%s","branch":"%s","tip":"%s"}' "$OSIER_TASK" "$tip" "$OSIER_BRANCH" "$tip" > .osier/attempt.json
kill -9 $PPID; exit 1`,
      )
      await at.osier("run", "forger")
      at.agent("forger", "exit 1")
      const { code } = await at.osier("run")
      return [...unless(code !== 0, "exit 0"), ...unless((await at.statusOf("forger")) !== "merged", "it landed")]
    },
  },
]

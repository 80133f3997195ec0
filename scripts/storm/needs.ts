/** Up to two needs for each task, among the six before it: wide enough for three clones, and deep enough to wait. */
export const needsOf = (tasks: number, roll: () => number): readonly (readonly number[])[] =>
  Array.from({ length: tasks }, (_, at) => {
    const near = Array.from({ length: Math.min(at, 6) }, (_none, back) => at - back)
    return near.filter(() => roll() < 0.25).slice(0, 2)
  })

/** The tasks as a plan; their numbers in an empty store are their places. */
export const planOf = (needs: readonly (readonly number[])[]): string => {
  const rows = needs.map(
    (some, at) => `  - { id: t${at + 1}, title: Part ${at + 1}, needs: [${some.map((need) => `t${need}`).join(", ")}] }\n`,
  )
  return `tasks:\n${rows.join("")}`
}

/** A repository in which each task adds a file of its own; a commit that holds one without what it needs is red. */
export const filesOf = (needs: readonly (readonly number[])[]): Readonly<Record<string, string>> => ({
  // Trees lie two folders below what all clones share.
  "agent.sh": `echo "$OSIER_TASK" >> ../../attempts\nsleep 0.2\nmkdir -p done && echo "$OSIER_TASK" > "done/$OSIER_TASK"\n`,
  "needs.txt": needs.map((some, at) => `${[at + 1, ...some].join(" ")}\n`).join(""),
  "check.sh": `while read -r task needs; do
  [ -e "done/$task" ] || continue
  for need in $needs; do [ -e "done/$need" ] || { echo "$task is there without $need"; exit 1; }; done
done < needs.txt
`,
  "osier.yaml": `agents: { a: { adapter: shell, command: ["sh", "agent.sh"] } }
agent: a
gates: { test: ["sh", "check.sh"] }
`,
})

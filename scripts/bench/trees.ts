import * as Effect from "effect/Effect"
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { deleteBranch } from "../../core/steps/tree/deleteBranch.ts"
import { makeTree } from "../../core/steps/tree/makeTree.ts"
import { emptyTrash, removeTree } from "../../core/steps/tree/removeTree.ts"
import { ground, type Ground } from "./ground.ts"
import type { Bench, Row } from "./row.ts"
import { sideBySide, timed } from "./timed.ts"

const proof = { proven: true, reason: "a bench" } as const
const proc = (n: number | string) => ({ name: `ours-${n}`, branch: `ours/${n}` })

/** 2, 3: one tree made from nothing and gone again. */
const one = async (files: number, rounds: number): Promise<readonly Row[]> => {
  await using place = await ground(files)
  const { git, run, base, folder } = place
  const root = join(folder, "repo.osier")
  const made: { ours: number[]; anchor: number[] } = { ours: [], anchor: [] }
  const gone: { ours: number[]; anchor: number[] } = { ours: [], anchor: [] }
  const ours = async (n: number) => {
    let tree: Effect.Success<ReturnType<typeof makeTree>> | undefined
    made.ours.push(await timed(async () => (tree = await run(makeTree({ root, ...proc(n), base })))))
    if (tree === undefined) return
    const { path, gitDir, branch } = tree
    const remove = Effect.andThen(removeTree({ path, gitDir }, proof), deleteBranch({ branch, at: base }))
    gone.ours.push(await timed(() => run(remove)))
    // the deletion in the background must not slow the next sample down
    await run(emptyTrash(root))
  }
  const anchor = async (n: number) => {
    const path = join(folder, `plain-${n}`)
    made.anchor.push(await timed(() => git("worktree", "add", "-q", "-b", `plain/${n}`, path, base)))
    gone.anchor.push(
      await timed(async () => {
        await git("worktree", "remove", "--force", path)
        await git("branch", "-q", "-D", `plain/${n}`)
      }),
    )
  }
  for (let n = 0; n < rounds; n++) {
    if (n % 2 === 0) await ours(n)
    await anchor(n)
    if (n % 2 === 1) await ours(n)
  }
  const unit = "ms"
  const size = `${files} files`
  return [
    { number: "2", measure: `tree made, cold, ${size}`, unit, ...made, target: "≥ 1.0", goal: { type: "ratio", least: 1 } },
    { number: "3", measure: `tree gone as the run sees it, ${size}`, unit, ...gone, target: "≥ 15", goal: { type: "ratio", least: 15 } },
  ]
}

/** What is still there that belonged to trees. */
const leftovers = async ({ path, git }: Ground, branches: string, root: string): Promise<readonly string[]> => {
  const worktrees = join(path, ".git/worktrees")
  const found = [
    ...(existsSync(worktrees) ? readdirSync(worktrees) : []),
    ...(await git("for-each-ref", "--format=%(refname)", `refs/heads/${branches}/`)).split("\n"),
    ...(existsSync(root) ? readdirSync(root) : []),
  ].filter((name) => name !== "")
  return found.length === 0 ? [] : [`${found.length} left: ${found.slice(0, 3).join(", ")}`]
}

/** 4: many trees made and removed, eight at a time. */
const many = async (files: number, count: number): Promise<Row> => {
  await using place = await ground(files)
  const { git, run, base, folder } = place
  const width = 8
  const root = join(folder, "repo.osier")
  const each = (n: number) =>
    Effect.gen(function* () {
      const tree = yield* makeTree({ root, ...proc(n), base })
      yield* removeTree(tree, proof)
      yield* deleteBranch({ branch: tree.branch, at: base })
    })
  const faults: string[] = []
  const ms = await timed(async () => {
    faults.push(...(await sideBySide(count, width, (n) => run(each(n)))))
    await run(emptyTrash(root))
  })
  faults.push(...(await leftovers(place, "ours", root)))
  let plain: readonly string[] = []
  const plainRoot = join(folder, "plain")
  const anchorMs = await timed(async () => {
    plain = await sideBySide(count, width, async (n) => {
      const path = join(plainRoot, String(n))
      await git("worktree", "add", "-q", "-b", `plain/${n}`, path, base)
      await git("worktree", "remove", "--force", path)
      await git("branch", "-q", "-D", `plain/${n}`)
    })
  })
  const plainLeft = await leftovers(place, "plain", plainRoot)
  return {
    number: "4",
    measure: `${count} trees of ${files} files made and removed, 8 in flight`,
    unit: "ms/tree",
    ours: [ms / count],
    anchor: [anchorMs / count],
    target: "0 failures, 0 left",
    goal: { type: "limit", most: Infinity },
    faults,
    note: `plain git: ${plain.length} failures${plainLeft.map((text) => `, ${text}`).join("")}`,
  }
}

/** 1: there is nothing to measure before trees are used again. */
const warm: Row = {
  number: "1",
  measure: "tree made, warm",
  unit: "ms",
  ours: [],
  anchor: [],
  target: "≥ 15",
  goal: { type: "ratio", least: 15 },
  note: "not measured: trees are not used again yet",
}

/** 1 to 4: trees. */
export const trees: Bench = {
  numbers: ["1", "2", "3", "4"],
  rows: async ({ files, full }, wanted) => [
    ...(wanted("1") ? [warm] : []),
    ...(wanted("2") || wanted("3") ? await one(files, full ? 21 : 9) : []),
    ...(wanted("4") ? [await many(full ? files : Math.min(files, 500), full ? 1000 : 100)] : []),
  ],
}

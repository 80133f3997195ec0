import { execFileSync } from "node:child_process"
import { dirname, join } from "node:path"
import { isOwnMove } from "../../core/domain/git/refMoves.ts"
import { attributedMoves, attribution } from "../../core/steps/attempt/attribution.ts"
import { makeTree } from "../../core/steps/tree/makeTree.ts"
import { makeFolder, makeRepo } from "./repo.ts"
import { inWorld } from "./world.ts"

/** A tree with an agent in it whose git bears witness of the refs that it moves. */
export const makeWitness = async () => {
  const repo = makeRepo({ "a.txt": "a\n" })
  const base = repo.git("rev-parse", "HEAD")
  const tree = await inWorld(repo.path, makeTree({ root: join(dirname(repo.path), "repo.osier"), name: "x-1", branch: "task/x-1", base }))
  const witness = await inWorld(repo.path, attribution({ folder: join(makeFolder(), "it's 1"), nonce: "n0nce" }))
  const agent = (...args: readonly string[]) =>
    execFileSync("git", args, { cwd: tree.path, env: { ...process.env, ...witness.env }, encoding: "utf8", stdio: "pipe" }).trimEnd()
  const moves = async () => (await inWorld(repo.path, attributedMoves(witness))).filter((move) => !isOwnMove(move, tree))
  return { repo, base, tree, agent, moves, witness }
}

import { mergeTrees } from "../../core/steps/land/mergeTrees.ts"
import type { Sides } from "../../core/steps/land/mergeTrees.ts"
import { makeRepo } from "./repo.ts"
import type { Repo } from "./repo.ts"
import { inWorld } from "./world.ts"

/** Names that trip up whoever does not quote. */
export const odd = ["-dash", 'quo"te', "new\nline", "ünï cödé", " space ", "tab\there", "$(x);`y`", "*"]

/** The merge of two sides, in memory. */
export const merge = (repo: Repo, sides: Sides) => inWorld(repo.path, mergeTrees(sides))

/** The conflict that the merge must end in. */
export const conflict = async (repo: Repo, sides: Sides) => {
  const result = await merge(repo, sides)
  if (result.type !== "conflict") throw new Error("expected a conflict")
  return result
}

/** Two branches from one base: `main` with some changes, `task` with others. */
export const fork = (base: Record<string, string>, ours: (repo: Repo) => void, theirs: (repo: Repo) => void) => {
  const repo = makeRepo(base)
  const root = repo.git("rev-parse", "HEAD")
  const side = (name: string, act: (repo: Repo) => void) => {
    repo.git("checkout", "-q", "-B", name, root)
    act(repo)
    repo.git("add", "-A")
    repo.git("commit", "-q", "--allow-empty", "-m", name)
    return repo.git("rev-parse", "HEAD")
  }
  const task = side("task", theirs)
  return { repo, root, sides: { ours: side("main", ours), theirs: task } }
}

/** The isolated checkout in which one task is worked on. Paths are absolute and free of symbolic links. */
export interface Tree {
  readonly path: string
  readonly branch: string
  /** The commit that the task's own commits start from. */
  readonly base: string
  /** Its own git directory, inside the repository's `worktrees` folder. */
  readonly gitDir: string
}

/** The start of every reason that osier locks a worktree with; what carries it is osier's. */
export const treeLock = "osier:"

/** By what an owner made a tree: the fence it had the task by, and its run. */
export interface TreeMaker {
  readonly fence: number
  readonly run: string
}

/** Enough of a run's id to tell two clones apart that make trees in one folder; paths are to stay short. */
const runLetters = 5

/**
 * The name of a task's tree. One that a run makes tells whose it is, so that an owner that wakes late never meets the next
 * one's; one that a person asked for is theirs until they give it back, and has a name that can be typed.
 */
export const treeName = (slug: string, task: number, maker?: TreeMaker): string =>
  maker === undefined ? `${slug}-${task}` : `${slug}-${task}_${maker.fence}-${maker.run.slice(0, runLetters)}`

/** What a tree's name tells: its task, and the fence it was made by when a run made it; undefined when it is no such name. */
export const readTreeName = (name: string): { readonly task: number; readonly fence?: number } | undefined => {
  const [, made, fence] = /-(\d+)_(\d+)-\w+(?:-\d+)?$/.exec(name) ?? []
  if (made !== undefined) return { task: Number(made), fence: Number(fence) }
  const task = /-(\d+)$/.exec(name)?.[1]
  return task === undefined ? undefined : { task: Number(task) }
}

/** The n-th name to try when the wished-for one is taken: itself, then `-2`, `-3`, … */
export const nthName = (name: string, n: number): string => (n === 1 ? name : `${name}-${n}`)

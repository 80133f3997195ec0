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

/** The n-th name to try when the wished-for one is taken: itself, then `-2`, `-3`, … */
export const nthName = (name: string, n: number): string => (n === 1 ? name : `${name}-${n}`)

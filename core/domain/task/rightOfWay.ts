/** Files in which each task lost to another that landed first; who lost earlier stands before who lost later. */
export type Losses = ReadonlyMap<number, readonly string[]>

/**
 * The task that a task has to let go first: one that lost in the same files before it did. Without that the slowest of many
 * that touch one file loses to each of the others, and pays for every time.
 */
export const goesFirst = (task: number, files: readonly string[], losses: Losses): number | undefined => {
  const touched = new Set(files)
  for (const [other, lost] of losses) {
    if (other === task) return undefined
    if (lost.some((file) => touched.has(file))) return other
  }
  return undefined
}

/** How often the train sent a task back, by whose fault: a conflict is nobody's. */
export interface SentBack {
  readonly work: number
  readonly conflict: number
}

/** How often it may be sent back for either. */
export type Budget = SentBack

/** Whether a task that is sent back once more may still try again. */
export const mayTryAgain = (before: SentBack, why: keyof SentBack, budget: Budget): boolean => before[why] < budget[why]

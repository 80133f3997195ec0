import { createHash } from "node:crypto"
import { holderKey } from "../../domain/lock/lock.ts"
import type { Held } from "../../steps/lock/lock.ts"

/** How everything is marked that osier starts for any task of a repository. */
export const markStart = (commonDir: string): string => `${createHash("sha256").update(commonDir).digest("hex").slice(0, 12)}:`

/** What marks the processes of a task among all of this machine: the repository, the task, by whose leave, and the attempt. */
export const markOf = (commonDir: string, task: number, { fence, owner }: Pick<Held, "fence" | "owner">, attempt?: number): string =>
  `${markStart(commonDir)}${task}:${fence}:${holderKey(owner)}:${attempt ?? ""}`

/**
 * How to find what owners of a task have started who are gone: all that was by this fence or an earlier one. What a later
 * owner has started is never among it, however late this is asked. Of a task that nobody ever had the lock of, all.
 */
export const markedUpTo = (commonDir: string, task: number, fence: number | undefined) => ({
  mark: `${markStart(commonDir)}${task}:`,
  ...(fence === undefined ? {} : { upTo: fence }),
})

import { randomUUID } from "node:crypto"

/** The name of something that stands for a moment only; it says which process will take it away. */
export const passingName = (): string => `${process.pid}-${randomUUID().slice(0, 12)}`

/** Whether whoever would have taken it away is gone; undefined for a name that is none of ours. */
export const isAbandoned = (name: string): boolean | undefined => {
  const pid = Number(/(?:^|[._])(\d+)-[0-9a-f]{8}-[0-9a-f]{3}(?:\.|$)/.exec(name)?.[1])
  if (!Number.isSafeInteger(pid) || pid < 1) return undefined
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return false
  } catch (cause) {
    return cause instanceof Error && "code" in cause && cause.code === "ESRCH"
  }
}

import { count } from "../text/plainText.ts"

/** How often a task was thrown back. */
export interface Setbacks {
  readonly attempts: number
  readonly conflicts: number
  /** Out of the train, conflicts included. */
  readonly ejected: number
}

/** In few words; empty when all went well at once. */
export const setbacksText = ({ attempts, conflicts, ejected }: Setbacks): string => {
  const red = ejected - conflicts
  const parts = [
    ...(attempts > 0 ? [count(attempts, "failed attempt")] : []),
    ...(conflicts > 0 ? [count(conflicts, "conflict")] : []),
    ...(red > 0 ? [`${red === 1 ? "once" : `${red} times`} red together with others`] : []),
  ]
  return parts.join(", ")
}

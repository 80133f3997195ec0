/** Why a text can't stand for a person, or nothing when it can. Who it really is nobody checks: it is information. */
export const emailFault = (given: string): string | undefined => (/^[^\s@<>]+@[^\s@<>]+$/.test(given) ? undefined : "is no e-mail address")

/** Where the name of whoever claims a task may come from. */
export interface Names {
  /** Whom the task is assigned to already. */
  readonly task?: string | undefined
  readonly flag?: string | undefined
  readonly setting?: string | undefined
  readonly git?: string | undefined
}

/** Who claims a task, whom it is assigned to from then on, and what is odd about that. */
export interface Assignee {
  readonly self: string
  readonly assigned: string
  readonly mismatch?: string
}

/** The task's own word counts most, then the flag, the setting, and git; that they differ is told, never mended in silence. */
export const assignee = ({ task, flag, setting, git }: Names): Assignee => {
  const self = flag ?? setting ?? git ?? "osier@localhost"
  if (task === undefined || task === self) return { self, assigned: self }
  return { self, assigned: task, mismatch: `it is assigned to ${task}, and you claim it as ${self}` }
}

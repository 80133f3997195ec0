/** Exit codes as documented: 1 some failed, 2 usage or plan, 3 environment, 4 held by another, 5 waits for you. */
export type Exit = 0 | 1 | 2 | 3 | 4 | 5 | 130

/** What every typed error of osier can tell a person: what went wrong, where, and what to type next. */
export interface Complaint {
  readonly _tag: string
  readonly message: string
  readonly hint: string
  readonly exit: Exit
  readonly file?: string
  readonly line?: number
  readonly column?: number
  readonly field?: string
}

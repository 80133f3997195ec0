/** One mistake in what a person gave: where it is, what is wrong, and what to write instead. */
export interface Problem {
  readonly file?: string
  readonly line?: number
  readonly column?: number
  /** The path of the value, as `gates.test.timeout` or `tasks[2].needs[0]`. */
  readonly field?: string
  readonly message: string
  readonly hint: string
}

/** The problem in one line, in the `file:line:column` form that editors jump to. */
export const printProblem = ({ file, line, column, field, message }: Problem): string => {
  const place = [file, line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(":")
  return [place, field, message].filter((part) => part !== undefined && part !== "").join(": ")
}

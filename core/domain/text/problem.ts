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

/** What an error that tells problems carries: all of them, and where the first one is. */
export interface Refusal {
  readonly problems: readonly Problem[]
  readonly file?: string
  readonly line?: number
  readonly column?: number
  readonly field?: string
}

/** The problem in one line, in the `file:line:column` form that editors jump to. */
export const printProblem = ({ file, line, column, field, message }: Problem): string => {
  const place = [file, line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(":")
  return [place, field, message].filter((part) => part !== undefined && part !== "").join(": ")
}

/** The place of the first problem, for an error that tells several. */
export const firstPlace = (problems: readonly Problem[]): Pick<Problem, "file" | "line" | "column" | "field"> => {
  const { message: _message, hint: _hint, ...place } = problems[0] ?? { message: "", hint: "" }
  return place
}

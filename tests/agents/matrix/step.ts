/** What a model answers with; each wire says it in its own words. */
export type Step =
  | { readonly say: string }
  /** A file, written by the agent's own tool for files. */
  | { readonly write: string; readonly text: string }
  | { readonly bash: string }
  | { readonly tool: string; readonly input: Readonly<Record<string, unknown>> }
  | { readonly fail: number; readonly error?: Failure; readonly headers?: Readonly<Record<string, string>> }
  /** The answer begins and never goes on. */
  | { readonly hang: true }
  /** The answer begins, and the connection breaks. */
  | { readonly cut: true }

/** A refusal, by the names that both families of wires have for it. */
export interface Failure {
  readonly type: string
  readonly code?: string
  readonly message: string
  /** More fields of the same object. */
  readonly more?: Readonly<Record<string, unknown>>
}

/** One request of an agent for its next step. */
export interface Asked {
  readonly at: number
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
  readonly text: string
  /** How many prompts of osier its history holds: more than one is a session that goes on. */
  readonly prompts: number
  /** The tree that the newest prompt names. */
  readonly tree: string
}

/** How one family of programs talks to its model: a step becomes a whole answer, and the pieces of a streamed one. */
export interface Wire {
  readonly isMain: (body: Readonly<Record<string, unknown>>) => boolean
  readonly answer: (asked: Asked, call: Call) => unknown
  readonly pieces: (asked: Asked, call: Call) => readonly string[]
  readonly refusal: (failure: Failure) => unknown
}

/** A step that is an answer: words, or one tool of the program. */
export type Call = { readonly say: string } | { readonly tool: string; readonly input: Readonly<Record<string, unknown>> }

/** Every answer costs the same, so that sums can be told from one another. */
export const usage = { input: 100, output: 20 }

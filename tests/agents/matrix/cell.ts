import type { Agent, AgentName } from "./agent.ts"
import { house } from "./house.ts"
import type { House, Wish } from "./house.ts"

/** One row of the matrix: what happens to a program, and what osier has to make of it. */
export interface Case {
  readonly name: string
  /** Whom it can happen to; left out: all of them. */
  readonly of?: readonly AgentName[]
  readonly wish?: Omit<Wish, "agent" | "bin">
  /** Answers with what went wrong, one sentence each; what is left behind is looked for afterwards. */
  readonly act: (at: House) => Promise<readonly string[]>
}

export interface Cell {
  readonly name: string
  readonly agent: AgentName
  readonly wrong: readonly string[]
  readonly ms: number
}

/** A sentence when something is not as it should be. */
export const unless = (right: boolean, sentence: string): readonly string[] => (right ? [] : [sentence])

/** What osier made of it, for a person who has to find out why a cell is wrong. */
const story = (at: House): string =>
  at
    .events()
    .filter(({ type }) => /^(Attempt|Agent(Started|Said|Used|Ended|Retrying|Asked)|Task|Gate|Warned)/.test(type))
    .map(({ seq: _, at: time, run: _run, ...body }) => `${time.slice(11, 23)} ${JSON.stringify(body).slice(0, 300)}`)
    .join("\n")

/** Tries one row with one program, in a house of its own. `tell` gets the whole story of a cell that is wrong. */
export const tried = async (one: Case, agent: Agent, bin: string, tell: (story: string) => void): Promise<Cell> => {
  const start = performance.now()
  await using at = await house({ agent, bin, ...one.wish })
  const wrong = await one.act(at).catch((error: unknown) => [`it broke off: ${error instanceof Error ? error.message : String(error)}`])
  const left = at.strays().map(({ pid, command }) => `it left process ${pid} ${command}`)
  const all = [...wrong, ...left]
  if (all.length > 0) tell(`${one.name}, ${agent.name}:\n${story(at)}`)
  return { name: one.name, agent: agent.name, wrong: all, ms: performance.now() - start }
}

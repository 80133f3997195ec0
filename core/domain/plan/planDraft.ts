import { nearest } from "../text/nearest.ts"
import type { Problem } from "../text/problem.ts"
import type { Priority } from "../task/task.ts"

/** A task as a plan declares it, checked: every name in it is known. */
export interface Declared {
  /** Its `id` in the plan, or one made of its title; unique in the plan. `source.file#key` finds its record again. */
  readonly key: string
  readonly title: string
  readonly prompt: string
  readonly agent?: string
  /** Keys of other tasks of the same plan. */
  readonly needs: readonly string[]
  /** Numbers of tasks that exist already. */
  readonly needsTasks: readonly number[]
  readonly scope: readonly string[]
  readonly gates?: readonly string[]
  readonly retries?: number
  readonly priority: Priority
  readonly labels: readonly string[]
  readonly acceptance: readonly string[]
  readonly branch?: string
  /** The branch exists already and is to be continued. */
  readonly adopt: boolean
  /** The branch may exist already: its tip is kept, and it is cut anew. */
  readonly fresh?: boolean
  /** In milliseconds. */
  readonly limits?: { readonly attempt?: number; readonly idle?: number }
  readonly effort?: string
  readonly independence?: string
  readonly type?: string
  readonly source: { readonly file?: string; readonly line?: number }
}

/** What a plan may refer to. */
export interface Known {
  readonly agents: readonly string[]
  readonly adapters: readonly string[]
  readonly gates: readonly string[]
  /** Numbers of the tasks in the store. */
  readonly tasks?: readonly number[]
  /** The default agent; null when there is none, so that each task must name its own. Left out, that isn't checked. */
  readonly agent?: string | null
}

/** Every task that could be read, and every mistake. With mistakes nothing may be started. */
export interface Plan {
  readonly tasks: readonly Declared[]
  readonly problems: readonly Problem[]
}

/** Where a part of a task stands; `part` is its path inside the task, as `["needs", 0]`. */
export type PlaceOf = (...part: readonly (string | number)[]) => Pick<Problem, "file" | "line" | "column" | "field">

/** A task as it was read, before its names are looked up. Everything a person typed is text here. */
export interface Draft {
  readonly id?: string
  readonly title?: string
  readonly prompt?: string
  readonly agent?: string
  /** The agent stood behind a colon, is unknown, and looks like a slip. */
  readonly slip?: true
  readonly needs: readonly string[]
  readonly scope: readonly string[]
  readonly gates?: readonly string[]
  readonly retries?: number
  readonly priority?: Priority
  readonly labels: readonly string[]
  readonly acceptance: readonly string[]
  readonly branch?: string
  readonly adopt?: boolean
  readonly fresh?: boolean
  readonly limits?: { readonly attempt?: string; readonly idle?: string }
  readonly effort?: string
  readonly independence?: string
  readonly type?: string
  /** A part of it could not be read, which is told already and left out here; it can't become a task. */
  readonly broken?: true
  readonly place: PlaceOf
}

/** The lists of a draft that says nothing. */
export const nothing = { needs: [], scope: [], labels: [], acceptance: [] }

/** What one reader made of one text. */
export interface Read {
  readonly drafts: readonly Draft[]
  readonly problems: readonly Problem[]
}

const longest = 72

/** The first line that says something, cut at a word. */
export const titleOf = (text: string): string => {
  const first =
    text
      .split(/\r?\n/)
      .find((line) => line.trim() !== "")
      ?.trim() ?? ""
  if (first.length <= longest) return first
  const end = first.lastIndexOf(" ", longest - 1)
  // A cut inside of a character would leave half of it.
  const cut = first.slice(0, end > longest / 2 ? end : longest - 1).replace(/[\uD800-\uDBFF]$/, "")
  return `${cut.trimEnd()}…`
}

/**
 * Takes an agent's name off the end of `text:agent`. Only the name of a known agent or adapter, right behind the last
 * colon, counts: `ENG-123: Add feature` is just a title. One word that is nearly an agent's name is a slip: as a part of the
 * title it would go to another agent without a word.
 */
export const splitAgent = (text: string, known: Known): Pick<Draft, "agent" | "slip"> & { readonly text: string } => {
  const colon = text.lastIndexOf(":")
  const suffix = text.slice(colon + 1).trimEnd()
  const before = text.slice(0, Math.max(colon, 0)).trim()
  if (before === "") return { text: text.trim() }
  if (known.agents.includes(suffix) || known.adapters.includes(suffix)) return { text: before, agent: suffix }
  const slip = /^[\w-]{4,}$/.test(suffix) && nearest(suffix, known.agents) !== undefined
  return slip ? { text: before, agent: suffix, slip } : { text: text.trim() }
}

/** A task that is given by nothing but a text. */
export const draftOf = (text: string, known: Known, place: PlaceOf): Draft => {
  const split = splitAgent(text, known)
  const { text: prompt, ...agent } = split
  return { title: titleOf(prompt), prompt, ...agent, ...nothing, place }
}

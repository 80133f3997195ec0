import { subcommand } from "./onlyReads.ts"

const askers = new Set(["diff-tree", "ls-tree"])
const wholeId = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

/** Whether the answer follows from named objects alone: what is said of objects stays true for as long as they are there. */
export const ofObjects = (args: readonly string[]): boolean => {
  const { name, rest } = subcommand(args)
  return askers.has(name) && rest.every((arg) => arg.startsWith("-") || wholeId.test(arg)) && rest.some((arg) => wholeId.test(arg))
}

import type { AdapterFacts } from "../../plugin.ts"
import { meant } from "../text/nearest.ts"
import type { Problem } from "../text/problem.ts"
import type { SettingsFile } from "./settingsSchema.ts"
import { fieldOf, type Path, type YamlText } from "../text/yamlPlace.ts"

/** Names of agents and gates stand behind colons and in file names. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** What no single key can tell: names that must be known, and agents that can't work. */
export const checkSettings = (
  merged: SettingsFile,
  yaml: YamlText,
  builtIn: readonly AdapterFacts[] | undefined,
  agentSetBy: string | undefined,
): readonly Problem[] => {
  const problems: Problem[] = []
  const at = (path: Path, key = false) => ({
    ...(yaml.file === undefined ? {} : { file: yaml.file }),
    ...(key ? yaml.keyAt(path) : yaml.at(path)),
    field: fieldOf(path),
  })
  const agents = merged.agents ?? {}
  for (const group of ["agents", "gates"] as const)
    for (const name of Object.keys(merged[group] ?? {}))
      if (!namePattern.test(name))
        problems.push({
          ...at([group, name], true),
          message: `${JSON.stringify(name)} is no name`,
          hint: "use letters, digits, dots, hyphens and underscores",
        })
  const adapters = (builtIn ?? []).map(({ name }) => name)
  const commanded = (builtIn ?? []).flatMap(({ name, needsCommand }) => (needsCommand === true ? [name] : []))
  // What a plugin brings is known when it is loaded.
  const open = builtIn === undefined || (merged.plugins ?? []).length > 0
  for (const [name, { adapter, command }] of Object.entries(agents)) {
    if (!adapters.includes(adapter) && !open)
      problems.push({
        ...at(["agents", name, "adapter"]),
        message: `unknown adapter ${adapter}`,
        hint: meant(adapter, adapters, "name its module under plugins"),
      })
    if (commanded.includes(adapter) && command === undefined)
      problems.push({
        ...at(["agents", name]),
        message: `a ${adapter} agent without a command`,
        hint: 'add command: ["sh", "-c", "…"]; the prompt arrives on stdin',
      })
  }
  const { agent } = merged
  if (agent !== undefined && !Object.hasOwn(agents, agent)) {
    const known = [...Object.keys(agents), ...adapters]
    const place = agentSetBy === undefined ? at(["agent"]) : { field: agentSetBy }
    if (!adapters.includes(agent) && !open)
      problems.push({ ...place, message: `unknown agent ${agent}`, hint: meant(agent, known, "add it under agents") })
    if (commanded.includes(agent))
      problems.push({
        ...place,
        message: `${agent} alone is no agent: it has no command`,
        hint: `add an agent of adapter ${agent} with a command under agents`,
      })
  }
  return problems
}

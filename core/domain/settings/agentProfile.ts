import type { AgentProfile, Settings } from "./settings.ts"

/** The agent of a name: a configured one, or an adapter as it is; nothing when neither is called so. */
export const agentProfile = (settings: Settings, name: string, adapters: readonly string[]): AgentProfile | undefined => {
  if (Object.hasOwn(settings.agents, name)) return settings.agents[name]
  return adapters.includes(name) ? { name, adapter: name, env: [] } : undefined
}

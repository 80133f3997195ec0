import { join } from "node:path"
import type { AdapterFacts } from "../plugin.ts"

/** The folder in which a program keeps its settings and its login, as its environment has it. */
export const homeOf = ({ variable, folder }: NonNullable<AdapterFacts["home"]>, env: Readonly<Record<string, string>>): string =>
  env[variable] ?? join(env["HOME"] ?? "/", folder)

/** The names of the adapters that come with osier, as `plugins/index.ts` has them: nothing else is known without a plugin. */
export const builtInAdapters: readonly string[] = ["claude", "codex", "pi", "shell"]

import type { Verb } from "./verb.ts"

/** The code of each verb, loaded when it is asked for. */
export const verbCode: Readonly<Record<string, () => Promise<Verb>>> = {
  init: async () => (await import("./verbs/init.ts")).init,
  run: async () => (await import("./verbs/run.ts")).run,
  add: async () => (await import("./verbs/add.ts")).add,
  plan: async () => (await import("./verbs/plan.ts")).plan,
  explore: async () => (await import("./verbs/explore.ts")).explore,
  watch: async () => (await import("./verbs/watch.ts")).watch,
  serve: async () => (await import("./verbs/serve.ts")).serve,
  stop: async () => (await import("./verbs/stop.ts")).stop,
  ls: async () => (await import("./verbs/ls.ts")).ls,
  show: async () => (await import("./verbs/show.ts")).show,
  logs: async () => (await import("./verbs/logs.ts")).logs,
  diff: async () => (await import("./verbs/diff.ts")).diff,
  events: async () => (await import("./verbs/events.ts")).events,
  land: async () => (await import("./verbs/land.ts")).land,
  retry: async () => (await import("./verbs/retry.ts")).retry,
  discard: async () => (await import("./verbs/discard.ts")).discard,
  clean: async () => (await import("./verbs/clean.ts")).clean,
  keep: async () => (await import("./verbs/keep.ts")).keep,
  doctor: async () => (await import("./verbs/doctor.ts")).doctor,
  schema: async () => (await import("./verbs/schema.ts")).schema,
  completions: async () => (await import("./verbs/completions.ts")).completions,
}

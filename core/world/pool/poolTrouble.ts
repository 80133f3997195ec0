import * as Data from "effect/Data"

/** An adapter broke its contract, threw, or took its worker down: the attempt is over, the run is not. */
export class AdapterCrashed extends Data.TaggedError("AdapterCrashed")<{ readonly adapter: string; readonly reason: string }> {
  override get message() {
    return `the adapter ${this.adapter} crashed: ${this.reason}`
  }
  get hint() {
    return "Run `osier doctor` to see which adapters work."
  }
  readonly exit = 3
}

/** A module named under `plugins` is missing, throws when it is loaded, or exports no adapter. */
export class PluginUnusable extends Data.TaggedError("PluginUnusable")<{ readonly file: string; readonly reason: string }> {
  override get message() {
    return `the plugin ${this.file} can't be used: ${this.reason}`
  }
  get hint() {
    return "Its default export must be an adapter, an object with name, detect and run; correct `plugins` in osier.yaml."
  }
  readonly field = "plugins"
  readonly exit = 2
}

/** How an adapter is called in a message. */
export const nameOf = (which: string | { readonly module: string }): string => (typeof which === "string" ? which : which.module)

/** What a thrown thing says, whatever was thrown. */
export const wordsOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Contents } from "./contents.ts"

/** A pass that this process itself heard from a gate. */
export interface Pass {
  readonly tree: string
  readonly gate: string
  readonly ms: number
  readonly log?: string
}

/** A judge's checkout as we left it. */
export interface Standing {
  /** The tree that it holds. */
  readonly tree: string
  /** The state of its index file when we wrote it last. */
  readonly index: string
  /** What may stay for the next tree, right after set-up. */
  readonly kept: Contents
  /** What set-up made; where some of it goes, set-up runs again. */
  readonly made: readonly string[]
  /** For which inputs each set-up command ran. */
  readonly setUp: ReadonlyMap<string, string>
}

/** Files of the user's checkout that judged trees get, as they were when we saw them first. */
export interface Copies {
  readonly contents: Contents
  /** The bytes of those that are small enough to be held. */
  readonly bytes: ReadonlyMap<string, { readonly data: Buffer; readonly mode: number }>
}

/**
 * What this process saw with its own eyes. It is held in memory and nowhere else: whoever is judged runs as the same user
 * and can write every file of ours, so no file lets anything land.
 */
export class Seen extends Context.Service<
  Seen,
  {
    /** By the key of the verdict. */
    readonly passes: Map<string, Pass>
    /** By their folder. */
    readonly checkouts: Map<string, Standing>
    /** By what names them. */
    readonly copies: Map<string, Copies>
    /** By the repository's git directory: what each tag's full name stands for. */
    readonly tags: Map<string, ReadonlyMap<string, string>>
    /** How the repository's files are checked out, by its git directory. */
    readonly checkoutRules: Map<string, readonly string[]>
  }
>()("core/world/Seen") {
  static readonly layer = Layer.effect(
    Seen,
    Effect.sync(() => Seen.of({ passes: new Map(), checkouts: new Map(), copies: new Map(), tags: new Map(), checkoutRules: new Map() })),
  )
}

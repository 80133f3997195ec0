import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

/** Where a task is worked on by hand: a tree of its own, or the user's checkout as it is. */
export const Place = Schema.Struct({
  path: Schema.String,
  branch: Schema.String,
  /** The commit that the task's own commits start from. */
  base: Schema.String,
  /** False for the user's own checkout, in which osier changes nothing. */
  tree: Schema.Boolean,
})
export type Place = typeof Place.Type

/** What this clone knows of a task that is worked on by hand; the lock, which all can read, holds only the nonce's fingerprint. */
export const Claim = Schema.Struct({
  task: Schema.Natural,
  place: Schema.optionalKey(Place),
  nonce: Schema.optionalKey(Schema.String),
  leaseMs: Schema.optionalKey(Schema.Finite),
  /** The claim itself said whom the task is assigned to; a release takes that back. */
  assigned: Schema.optionalKey(Schema.Boolean),
})
export type Claim = typeof Claim.Type

const Text = Schema.fromJsonString(Claim)

/** Undefined when the text is no claim: torn, or written by something else. */
export const parseClaim = (text: string): Claim | undefined => Option.getOrUndefined(Schema.decodeUnknownOption(Text)(text))

export const printClaim = (claim: Claim): string => `${JSON.stringify(claim)}\n`

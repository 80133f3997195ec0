import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { ProcessIdentity } from "./processIdentity.ts"
import type { Liveness } from "./processIdentity.ts"

/** What a lock is about. */
export const LockKind = Schema.Literals(["task", "branch", "target"])
export type LockKind = typeof LockKind.Type

/** Who holds a lock: a run of a process on a machine; the e-mail is information, never identity. */
export const Owner = Schema.Struct({ ...ProcessIdentity.fields, run: Schema.String, email: Schema.String })
export type Owner = typeof Owner.Type

/**
 * Who claimed a task without being a process of ours: a person, or an agent that osier does not run. `session` is the
 * fingerprint of a nonce that only they know; whether they still work nobody can tell before the lease is over.
 */
export const SessionOwner = Schema.Struct({ session: Schema.String, host: Schema.String, email: Schema.String })
export type SessionOwner = typeof SessionOwner.Type

/** Whoever may hold a lock. */
export const Holder = Schema.Union([Owner, SessionOwner])
export type Holder = typeof Holder.Type

/** What tells one holder from every other. */
export const holderKey = (holder: Holder): string => ("session" in holder ? holder.session : holder.run)

/** Who it is and where, for a person. */
export const holderText = (holder: Holder): string =>
  "session" in holder
    ? `${holder.email} (claimed on ${holder.host})`
    : `${holder.email} (run ${holder.run}, process ${holder.pid} on ${holder.host})`

/** The blob behind a lock's ref. A free lock keeps its fence, so that the number only ever grows. */
export const Lock = Schema.Struct({
  state: Schema.Literals(["held", "free"]),
  owner: Holder,
  acquired: Schema.String,
  /** Milliseconds since the epoch, by its owner's clock. */
  expires: Schema.Finite,
  /** Milliseconds from one sign of life to the end, when no other follows. */
  leaseMs: Schema.Finite,
  fence: Schema.Natural,
  /** Makes every blob distinct: two writers never push the identical object. */
  nonce: Schema.String,
})
export type Lock = typeof Lock.Type

/** How long a lock is held without a sign of life, and how often that sign is given. */
export const leaseMs = 40_000
export const heartbeatMs = 10_000

/** An owner that could not give a sign of life stops by itself this long before its lease ends. */
export const marginMs = 10_000

/**
 * A lease that is over by our clock is believed when its owner gave no sign of life for this long before our eyes: longer
 * than an owner works on that is not heard, so that nobody is hurt even where clocks are far off.
 */
export const watchMs = 35_000

/** How long a person's claim lasts when they say nothing else. */
export const claimMs = 8 * 60 * 60_000

/** Clocks of two machines may differ by this much before an expired lease is believed to be over. */
export const skewMs = 5_000

/** A name may hold slashes and worse; as one path segment of a ref it may not. */
export const lockRef = (kind: LockKind, name: string): string =>
  `refs/osier/locks/${kind}/${encodeURIComponent(name).replaceAll(".", "%2E").replaceAll("*", "%2A").replaceAll("~", "%7E")}`

/** The kind and name of a lock by its ref, as `task/12`; a name that nobody of us has written stays as it is. */
export const lockName = (ref: string): string => {
  const name = ref.replace(/^refs\/osier\/locks\//, "")
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

/** When the owner last said that it works, by its own clock. */
export const signOfLife = ({ expires, leaseMs: lasts }: Lock): number => expires - lasts

const Text = Schema.fromJsonString(Lock)

/** Undefined when the blob is not a lock: truncated, or written by something else. */
export const readLock = (text: string): Lock | undefined => Option.getOrUndefined(Schema.decodeUnknownOption(Text)(text))

export const printLock = (lock: Lock): string => `${JSON.stringify(lock)}\n`

/** Whether the lease is over by our own clock; another machine's may say otherwise. */
export const isExpired = (lock: Lock, now: number): boolean => now > lock.expires + skewMs

/**
 * Whether a lock may be taken now; not knowing never frees it. A dead owner frees it. No clock does alone: this machine's may
 * have been set, another's may be minutes off. A lock that stood still before our eyes is over, of a living process of this
 * machine only after all of its lease, of another machine sooner if it looks over too. A person's claim lasts hours and gives
 * no signs of life, so that its date must do.
 */
export const mayTake = (lock: Lock, liveness: Liveness, now: number, stillMs: number): boolean => {
  if (lock.state === "free" || liveness === "dead") return true
  if ("session" in lock.owner) return isExpired(lock, now)
  if (!isExpired(lock, now)) return stillMs >= lock.leaseMs + skewMs
  return stillMs >= (liveness === "alive" ? lock.leaseMs : watchMs)
}

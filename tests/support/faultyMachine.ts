import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Liveness, ProcessIdentity } from "../../core/domain/lock/processIdentity.ts"
import { Machine } from "../../core/world/machine/machine.ts"

/** Which processes of all simulated machines live is for the test to say; now and then, nobody can tell. */
export const faultyMachine = (options: {
  readonly self: ProcessIdentity
  readonly isDead: (identity: ProcessIdentity) => boolean
  /** The chance that a process of this machine can't be looked at. */
  readonly hidden: () => number
  readonly roll: () => number
}) => {
  const { self, isDead, hidden, roll } = options
  const liveness = (identity: ProcessIdentity): Liveness => {
    if (identity.host !== self.host || roll() < hidden()) return "unknown"
    return isDead(identity) ? "dead" : "alive"
  }
  return Layer.succeed(Machine, {
    self,
    identify: (pid) => Effect.sync(() => (isDead({ ...self, pid }) ? undefined : { ...self, pid })),
    liveness: (identity) => Effect.sync(() => ("session" in identity ? "unknown" : liveness(identity))),
  })
}

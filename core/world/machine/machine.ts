import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { hostname } from "node:os"
import type { SessionOwner } from "../../domain/lock/lock.ts"
import type { Liveness, ProcessIdentity } from "../../domain/lock/processIdentity.ts"
import { processTable } from "./processTable.ts"

/** A boot is the kernel's start, then the space of process numbers in it, where there is more than one. */
const kernelOf = (boot: string): string => boot.split("/", 1)[0] ?? ""

/** Who we are on this machine, and whether another process still is. */
export class Machine extends Context.Service<
  Machine,
  {
    /** This very process. */
    readonly self: ProcessIdentity
    /** A living process of this machine by its number, `undefined` when there is none or it can't be told. */
    identify(pid: number): Effect.Effect<ProcessIdentity | undefined>
    /**
     * `dead` only when proven: the number is free or taken by another one, or this machine has started anew since. Of a
     * holder without a process nothing is ever known.
     */
    liveness(identity: ProcessIdentity | SessionOwner): Effect.Effect<Liveness>
  }
>()("core/world/machine") {
  static readonly layer = Layer.effect(
    Machine,
    Effect.gen(function* () {
      const host = hostname()
      const boot = yield* Effect.promise(() => processTable.boot().catch(() => ""))
      const look = (pid: number) => Effect.promise(() => processTable.look(pid))
      const own = yield* look(process.pid)
      const self: ProcessIdentity = {
        host,
        boot,
        pid: process.pid,
        started: typeof own === "object" ? own.started : "",
      }

      const identify = Effect.fnUntraced(function* (pid: number) {
        const seen = yield* look(pid)
        return typeof seen === "object" ? { host, boot, pid, started: seen.started } : undefined
      })

      const liveness = Effect.fnUntraced(function* (identity: ProcessIdentity | SessionOwner): Effect.fn.Return<Liveness> {
        if ("session" in identity) return "unknown"
        if (identity.host !== host) return "unknown"
        if (identity.boot !== boot) {
          // Another container on this kernel may call itself by our host name; its numbers mean nothing here.
          const sameKernel = kernelOf(identity.boot) === kernelOf(boot)
          return sameKernel || boot === "" || identity.boot === "" ? "unknown" : "dead"
        }
        const seen = yield* look(identity.pid)
        if (seen === undefined) return "dead"
        if (seen === "hidden" || identity.started === "" || seen.started === "") return "unknown"
        return seen.started === identity.started ? "alive" : "dead"
      })

      return Machine.of({ self, identify, liveness })
    }),
  )
}

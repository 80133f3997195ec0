import * as Effect from "effect/Effect"
import { createServer } from "node:net"

/** Ports are given out before anybody listens on them, so the system may offer the same one again. */
const given = new Set<number>()

/** A port of this machine that nothing listens on, and that this process has given to nobody else. 0 when there is none. */
export const freePort = (): Effect.Effect<number> =>
  Effect.promise(async () => {
    for (let tries = 0; tries < 100; tries++) {
      const port = await offered()
      if (port === 0 || given.has(port)) continue
      given.add(port)
      return port
    }
    return 0
  })

const offered = () =>
  new Promise<number>((resume) => {
    const server = createServer()
    server.once("error", () => resume(0))
    server.listen({ port: 0, host: "127.0.0.1" }, () => {
      const address = server.address()
      server.close(() => resume(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

import { existsSync, readFileSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import { unless } from "./assault.ts"
import type { Assault } from "./assault.ts"

const head = (port: number) => `Host: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`

const requests: readonly ((port: number) => string | Buffer)[] = [
  ...["//", "//[", "/%", "/\\", "http://[", "*", "/events#a", "/events?token=%ff", `/${"a".repeat(60_000)}`].map(
    (path) => (port: number) => `GET ${path} HTTP/1.1\r\n${head(port)}`,
  ),
  (port) => `GET //[ HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n${head(port)}`,
  (port) => `NONSENSE / HTTP/9.9\r\n${head(port)}`,
  (port) => `GET / HTTP/1.1\r\nHost: [::bad\r\nOrigin: \u0000\r\n${head(port)}`,
  (port) => `CONNECT 127.0.0.1:${port} HTTP/1.1\r\n${head(port)}`,
  () => Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 131) % 256)),
]

/** Sends bytes and waits until the other side has closed, or a second is over. */
const sent = (port: number, bytes: string | Buffer): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes))
    socket.setTimeout(1000, () => socket.destroy())
    socket.on("error", () => undefined)
    socket.on("data", () => undefined)
    socket.on("close", () => resolve())
  })

const portOf = async (repo: string): Promise<number | undefined> => {
  const file = join(repo, ".git/osier/server.json")
  for (let tries = 0; tries < 400; tries++) {
    if (existsSync(file)) {
      const { port }: { readonly port: number } = JSON.parse(readFileSync(file, "utf8"))
      return port
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return undefined
}

/** What anybody without a token may send. */
export const edge: readonly Assault[] = [
  {
    name: "requests that no parser likes, without a token",
    expected: { landed: ["job"] },
    act: async (at) => {
      at.agent("job", "sleep 6; echo x > notes/job.md")
      const run = at.start(["run", "job"])
      const port = await portOf(at.repo)
      if (port === undefined) return ["the run never listened"]
      for (const request of requests) await sent(port, request(port))
      const { code, said } = await run.ended
      return unless(code === 0, `the run ended with ${code ?? "a signal"}: ${said.slice(-300)}`)
    },
  },
]

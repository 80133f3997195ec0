import { spawn } from "node:child_process"
import { chmodSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { IncomingMessage, ServerResponse } from "node:http"
import { basename, dirname, join } from "node:path"

/** What the server does to a request instead of, or before, answering it. */
export type Mood = "answers" | "asks for a password" | "forbids" | "fails" | "hangs" | "drops" | "does it and drops"

const bareEnvironment = {
  ...Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith("GIT_"))),
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
}

/** A repository that others reach by this address until it is closed. */
export interface Served {
  readonly url: string
  readonly close: () => Promise<void>
}

/** A bare repository by smart HTTP on loopback. `mood` is asked for every request; the path tells which one it is. */
export const serveHttp = async (path: string, mood: (url: string) => Mood = () => "answers"): Promise<Served> => {
  const server = createServer((request, response) => answer(path, mood(request.url ?? ""), request, response))
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", () => done()))
  const close = () =>
    new Promise<void>((done) => {
      server.close(() => done())
      server.closeAllConnections()
    })
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("the server has no port")
  return { url: `http://127.0.0.1:${address.port}/${basename(path)}`, close }
}

const answer = (path: string, mood: Mood, request: IncomingMessage, response: ServerResponse): void => {
  if (mood === "hangs") return
  if (mood === "drops") return void request.socket.destroy()
  if (mood === "asks for a password") return void response.writeHead(401, { "WWW-Authenticate": 'Basic realm="git"' }).end()
  if (mood === "forbids") return void response.writeHead(403).end()
  if (mood === "fails") return void response.writeHead(503).end()
  const url = new URL(request.url ?? "/", "http://localhost")
  const header = (name: string) => String(request.headers[name] ?? "")
  const cgi = spawn("git", ["http-backend"], {
    env: {
      ...bareEnvironment,
      GIT_PROJECT_ROOT: dirname(path),
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? "GET",
      CONTENT_TYPE: header("content-type"),
      HTTP_CONTENT_ENCODING: header("content-encoding"),
      GIT_PROTOCOL: header("git-protocol"),
      REMOTE_ADDR: "127.0.0.1",
    },
    stdio: ["pipe", "pipe", "ignore"],
  })
  request.pipe(cgi.stdin)
  cgi.stdin.on("error", () => undefined)
  const chunks: Buffer[] = []
  cgi.stdout.on("data", (chunk: Buffer) => chunks.push(chunk))
  cgi.once("close", () => {
    if (mood === "does it and drops") return void request.socket.destroy()
    const all = Buffer.concat(chunks)
    const end = all.indexOf("\r\n\r\n")
    const headers = all
      .subarray(0, end)
      .toString()
      .split("\r\n")
      .map((line): [string, string] => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()])
    const status = headers.find(([name]) => name.toLowerCase() === "status")?.[1]
    response.writeHead(
      status === undefined ? 200 : Number.parseInt(status, 10),
      Object.fromEntries(headers.filter(([name]) => name !== "Status")),
    )
    response.end(all.subarray(end + 4))
  })
}

/** An address and a command for `core.sshCommand`, which runs the other side here, as ssh would run it there. */
export const serveSsh = (
  path: string,
  folder: string,
  script = 'shift; exec sh -c "$*"',
): { readonly url: string; readonly command: string } => {
  const command = join(folder, "ssh")
  // git tells the variant of ssh by the name of the program, then gives it `-o` settings before the host.
  writeFileSync(command, `#!/bin/sh\nwhile [ "$1" = -o ]; do shift 2; done\n${script}\n`)
  chmodSync(command, 0o755)
  return { url: `ssh://host${path}`, command }
}

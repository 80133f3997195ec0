import { execFileSync, spawn } from "node:child_process"
import { chmodSync, mkdirSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { IncomingMessage, ServerResponse } from "node:http"
import { join } from "node:path"
import { onTestFinished } from "vitest"
import { makeFolder } from "./repo.ts"

/** What the server does to a request instead of, or before, answering it. */
export type Mood = "answers" | "asks for a password" | "forbids" | "fails" | "hangs" | "drops" | "does it and drops"

/** A bare repository that others push to. */
export interface Bare {
  readonly path: string
  readonly git: (...args: readonly string[]) => string
  /** Every ref with its id, as the repository itself knows them. */
  readonly refs: () => Readonly<Record<string, string>>
  /** A hook of the repository, as a shell script. */
  readonly hook: (name: string, script: string) => void
}

const environment = {
  ...Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith("GIT_"))),
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
}

/** An empty bare repository, removed when the test ends. */
export const makeBare = (): Bare => {
  const path = join(makeFolder(), "remote.git")
  mkdirSync(path)
  const git = (...args: readonly string[]) =>
    execFileSync("git", args, { cwd: path, env: environment, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).replace(/\n$/, "")
  git("init", "-q", "--bare", "-b", "main")
  git("config", "http.receivepack", "true")
  const refs = () =>
    Object.fromEntries(
      git("for-each-ref", "--format=%(refname) %(objectname)")
        .split("\n")
        .filter((row) => row !== "")
        .map((row): [string, string] => [row.slice(0, row.indexOf(" ")), row.slice(row.indexOf(" ") + 1)]),
    )
  const hook = (name: string, script: string) => {
    writeFileSync(join(path, "hooks", name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(path, "hooks", name), 0o755)
  }
  return { path, git, refs, hook }
}

/** The repository by smart HTTP on loopback. `mood` is asked for every request; the path tells which one it is. */
export const serveHttp = async (bare: Bare, mood: (url: string) => Mood = () => "answers"): Promise<string> => {
  const server = createServer((request, response) => answer(bare, mood(request.url ?? ""), request, response))
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", () => done()))
  onTestFinished(
    () =>
      new Promise<void>((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  )
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("the server has no port")
  return `http://127.0.0.1:${address.port}/remote.git`
}

const answer = (bare: Bare, mood: Mood, request: IncomingMessage, response: ServerResponse): void => {
  if (mood === "hangs") return
  if (mood === "drops") return void request.socket.destroy()
  if (mood === "asks for a password") return void response.writeHead(401, { "WWW-Authenticate": 'Basic realm="git"' }).end()
  if (mood === "forbids") return void response.writeHead(403).end()
  if (mood === "fails") return void response.writeHead(503).end()
  const url = new URL(request.url ?? "/", "http://localhost")
  const header = (name: string) => String(request.headers[name] ?? "")
  const cgi = spawn("git", ["http-backend"], {
    env: {
      ...environment,
      GIT_PROJECT_ROOT: join(bare.path, ".."),
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
export const serveSsh = (bare: Bare, script = 'shift; exec sh -c "$*"'): { readonly url: string; readonly command: string } => {
  const command = join(makeFolder(), "ssh")
  // git tells the variant of ssh by the name of the program, then gives it `-o` settings before the host.
  writeFileSync(command, `#!/bin/sh\nwhile [ "$1" = -o ]; do shift 2; done\n${script}\n`)
  chmodSync(command, 0o755)
  return { url: `ssh://host${bare.path}`, command }
}

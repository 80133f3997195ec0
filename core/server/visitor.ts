import { createHash, timingSafeEqual } from "node:crypto"
import type { IncomingMessage } from "node:http"

/** Who may listen, and from where in the journal; or why not. */
export type Visitor =
  | { readonly welcome: true; readonly since: number; readonly journal: string | undefined }
  | { readonly welcome: false; readonly status: 400 | 401 | 403 | 404; readonly reason: string }

const refuse = (status: 400 | 401 | 403 | 404, reason: string): Visitor => ({ welcome: false, status, reason })

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()

/**
 * Looks at one request before anything is sent. Any page a person opens can reach a port of their machine, so the token alone is
 * not enough: an `Origin` of another page is refused, and a `Host` that isn't loopback is a name that was rebound to us.
 */
export const visitor = (request: Pick<IncomingMessage, "url" | "headers">, port: number, token: string): Visitor => {
  const { host = "", origin, authorization = "" } = request.headers
  const ours = ["127.0.0.1", "localhost", "[::1]"].map((name) => `${name}:${port}`)
  if (!ours.includes(host.toLowerCase())) return refuse(403, "this is served to the loopback address only")
  if (origin !== undefined && !ours.some((name) => origin.toLowerCase() === `http://${name}`)) return refuse(403, "foreign origin")
  // A request line holds whatever somebody wrote into it: another scheme, half an address, `*`.
  const asked = `http://127.0.0.1:${port}${request.url ?? "/"}`
  if (request.url?.startsWith("/") === false || !URL.canParse(asked)) return refuse(400, "this is no path")
  const url = new URL(asked)
  if (url.pathname !== "/events") return refuse(404, "the events are at /events")
  const given = /^Bearer (.+)$/i.exec(authorization)?.[1] ?? url.searchParams.get("token") ?? ""
  if (!timingSafeEqual(digest(given), digest(token))) return refuse(401, "the token is missing or wrong")
  const since = url.searchParams.get("since") ?? "0"
  if (!/^\d{1,15}$/.test(since)) return refuse(400, "since is not the place of an event")
  return { welcome: true, since: Number(since), journal: url.searchParams.get("journal") ?? undefined }
}

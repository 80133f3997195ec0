import { connect } from "node:net"
import { expect } from "vitest"
import { manySeeds } from "./dice.ts"
import { journalFolder, upTo } from "./journalFolder.ts"
import { socketHouse, socketOf, token } from "./socketHouse.ts"

type Roll = () => number

const pick = <A>(roll: Roll, from: readonly [A, ...A[]]): A => from[Math.floor(roll() * from.length)] ?? from[0]
const often = (roll: Roll, chance: number): boolean => roll() < chance
const noise = (roll: Roll, length: number): Buffer => Buffer.from(Array.from({ length }, () => Math.floor(roll() * 256)))

const methods = ["GET", "GET", "GET", "POST", "HEAD", "OPTIONS", "CONNECT", "PRI", "get", "", "G\0T", "G".repeat(20_000)] as const
const paths = [
  "/events",
  "/",
  "//",
  "//[",
  "/\\",
  "\\\\",
  "/%",
  "/%ff%00",
  "*",
  "",
  "?",
  "http://[",
  "http://a:b@c:99999/",
  "ws://x/events",
  "/events?since=1&since=x",
  "/events?since=99999999999999999999",
  "/events?since=-0&journal=%",
  "/events?token=%ff%fe",
  "/events#a",
  "/events;a?=&&&",
  "/\u00e9",
  `/${"a/..".repeat(3_000)}`,
] as const
const versions = ["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/", ""] as const
const extras = [
  "Origin: null",
  "Origin: \u00ff",
  "Origin: http://[",
  "Host: second.example",
  "Connection: close, upgrade, keep-alive",
  "Upgrade: h2c",
  "Expect: 100-continue",
  "Expect: something",
  "Content-Length: 5",
  "Content-Length: -5",
  "Content-Length: 99999999999999999999",
  "Transfer-Encoding: chunked",
  "Transfer-Encoding: chunked, gzip",
  "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=99; ;",
  "Sec-WebSocket-Protocol: a,,b",
  "Sec-WebSocket-Version: 99",
  "Sec-WebSocket-Key: short",
  "Authorization: Bearer",
  "Authorization: Basic \u00e9",
  "no colon here",
  ": no name",
  `Long: ${"x".repeat(70_000)}`,
] as const

/** Bytes of a request as nobody should write one; every now and then it is right in all but one place. */
const request = (roll: Roll, port: number): Buffer => {
  if (often(roll, 0.05)) return noise(roll, Math.floor(roll() * 300))
  const lines = [`${pick(roll, methods)} ${pick(roll, paths)} ${pick(roll, versions)}`]
  if (often(roll, 0.9)) lines.push(`Host: ${pick(roll, [`127.0.0.1:${port}`, `127.0.0.1:${port}`, `LOCALHOST:${port}`, "[", ""])}`)
  if (often(roll, 0.7)) lines.push("Connection: Upgrade", "Upgrade: websocket")
  if (often(roll, 0.6)) lines.push("Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
  if (often(roll, 0.4)) lines.push(`Authorization: Bearer ${token}`)
  while (often(roll, 0.4)) lines.push(pick(roll, extras))
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), often(roll, 0.3) ? noise(roll, 60) : Buffer.alloc(0)])
}

const commands = [
  "{",
  "null",
  "[]",
  '"x"',
  "[".repeat(50_000),
  '{"command":"add","tasks":[{"title":"\\u0000\\ud800"}]}',
  '{"command":"add","tasks":[{"title":""}]}',
  '{"command":"cancel","task":1e999}',
  '{"command":"cancel","task":-1,"id":{"a":1}}',
  '{"id":"x","command":"__proto__","__proto__":{"command":"pause"}}',
  '{"id":1,"command":"pause"}',
] as const

/** One frame, masked or not, with any opcode, and a length that need not be true. */
const frame = (roll: Roll): Buffer => {
  const payload = often(roll, 0.6) ? Buffer.from(pick(roll, commands)) : noise(roll, Math.floor(roll() * 200))
  const opcode = often(roll, 0.6) ? 1 : Math.floor(roll() * 16)
  const flags = often(roll, 0.8) ? 0x80 : Math.floor(roll() * 16) << 4
  const told = often(roll, 0.85) ? payload.length : Math.floor(roll() * 2 ** 40)
  const masked = often(roll, 0.9) ? 0x80 : 0
  const head =
    told < 126
      ? [masked | told]
      : told < 65_536
        ? [masked | 126, told >> 8, told & 255]
        : [masked | 127, 0, 0, ...quarters(told / 65_536), ...quarters(told)]
  const key = masked === 0 ? Buffer.alloc(0) : noise(roll, 4)
  const body = masked === 0 ? payload : Buffer.from(payload.map((byte, at) => byte ^ (key[at % 4] ?? 0)))
  return Buffer.concat([Buffer.from([flags | opcode, ...head]), key, body])
}

const quarters = (number: number): readonly number[] => [Math.floor(number / 256) & 255, Math.floor(number) & 255]

const handshake = (port: number): Buffer =>
  Buffer.from(
    `GET /events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  )

/** Knocks at a real server for so long, with one seed after the other: it must serve on, and throw nothing into the process. */
export const knockForLong = async (budgetMs: number): Promise<number> => {
  using folder = journalFolder()
  await using house = await socketHouse(folder.directory)
  const uncaught: unknown[] = []
  const note = (cause: unknown) => void uncaught.push(cause)
  process.on("uncaughtException", note).on("unhandledRejection", note)
  try {
    return await manySeeds(async (roll) => {
      await Promise.all(upTo(20).map(() => knock(roll, house.port)))
      using guest = socketOf(house.url)
      expect(await guest.next()).toMatchObject({ hello: {} })
      expect(uncaught).toEqual([])
    }, budgetMs)
  } finally {
    process.off("uncaughtException", note).off("unhandledRejection", note)
  }
}

/** Knocks once at a port in a way of its own, and goes: politely, half way, or in the middle of a word. */
const knock = async (roll: Roll, port: number): Promise<void> => {
  const parts = often(roll, 0.5)
    ? [request(roll, port)]
    : [handshake(port), ...Array.from({ length: 1 + Math.floor(roll() * 4) }, () => frame(roll))]
  const [whole, at, end] = [Buffer.concat(parts), roll(), roll()]
  const socket = connect({ host: "127.0.0.1", port })
  const over = new Promise<void>((resolve) => socket.on("close", () => resolve()))
  socket.on("error", () => undefined)
  socket.resume()
  socket.on("connect", () => {
    socket.write(whole.subarray(0, Math.floor(whole.length * at)))
    socket.write(whole.subarray(Math.floor(whole.length * at)))
    if (end < 0.3) socket.destroy()
    else if (end < 0.6) socket.end()
    else if (end < 0.7) socket.resetAndDestroy()
  })
  // Some are kept open on purpose by the other side, as an answer is still wanted.
  socket.setTimeout(60, () => socket.destroy())
  await over
}

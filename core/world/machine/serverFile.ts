import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { mkdir, open, readFile, rename, unlink } from "node:fs/promises"
import { join } from "node:path"
import { ServerRecord } from "../../domain/event/frame.ts"
import { passingName } from "./passing.ts"
import { unlessAbsent } from "./patience.ts"

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(ServerRecord))

const fileIn = (directory: string): string => join(directory, "server.json")

/** Where a repository's events are served, `undefined` when nowhere. Whoever it names may have died meanwhile. */
export const readServerFile = async (directory: string): Promise<ServerRecord | undefined> =>
  Option.getOrUndefined(decode(await unlessAbsent(() => readFile(fileIn(directory), "utf8"))))

/** Tells programs where to connect. The token in it is for this user alone, so the file is from its first moment on. */
export const writeServerFile = async (directory: string, record: ServerRecord): Promise<void> => {
  await mkdir(directory, { recursive: true })
  const draft = `${fileIn(directory)}.${passingName()}.new`
  const file = await open(draft, "wx", 0o600)
  try {
    await file.writeFile(`${JSON.stringify(record)}\n`)
  } finally {
    await file.close()
  }
  await rename(draft, fileIn(directory))
}

/** Takes the record away, unless it is another server's by now. */
export const removeServerFile = async (directory: string, token: string): Promise<void> => {
  if ((await readServerFile(directory))?.token === token) await unlink(fileIn(directory))
}

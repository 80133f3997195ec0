import { existsSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { journalFolder, upTo } from "./support/journalFolder.ts"
import { onNode, onRuntime, type Way } from "./support/runtimes.ts"
import { listening, offering } from "./support/socketProcess.ts"

const ways = async (file: string): Promise<readonly Way[]> => [onNode(file), await onRuntime("bun", file), await onRuntime("deno", file)]

const clients = await ways("tests/support/socketClient.ts")

describe.each(await ways("tests/support/socketWorker.ts"))("served by $title", (server) => {
  test.skipIf(server.missing !== undefined)("programs on every runtime get all, are answered, and the server leaves nothing", async () => {
    using folder = journalFolder()
    const serving = offering(folder.directory, server.name, server.command)
    await serving.ready
    await serving.serves()
    serving.append(1_500)
    const programs = clients.filter((it) => it.missing === undefined).map((it) => listening(folder.directory, 3_001, it.command))
    await expect.poll(() => existsSync(folder.file) && folder.lines().length).toBe(1_501)
    serving.append(1_500)
    for (const heard of await Promise.all(programs)) {
      expect(heard).toEqual({ seqs: upTo(3_001), refusal: "no run is active in this process" })
    }
    expect(await serving.end()).toEqual([0, null])
    expect(existsSync(join(folder.directory, "server.json"))).toBe(false)
    expect(existsSync(join(folder.directory, "server.lock"))).toBe(false)
  })
})

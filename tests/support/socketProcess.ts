import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import type { ServerRecord } from "../../core/domain/event/frame.ts"

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url))

const start = (command: readonly string[], args: readonly string[]) => {
  const [program = "", ...words] = command
  return spawn(program, [...words, ...args], { stdio: ["pipe", "pipe", "inherit"] })
}

const onNode = (name: string) => [process.execPath, file(name)]

/** Another process that offers the stream of a folder, as a run does; on another runtime when told how to start it. */
export const offering = (directory: string, run: string, command: readonly string[] = onNode("socketWorker.ts")) => {
  const child = start(command, [directory, run])
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ended = once(child, "exit")
  const line = async (): Promise<string> => String((await lines.next()).value)
  return {
    child,
    ready: line(),
    serves: async (): Promise<ServerRecord> => JSON.parse(await line()),
    append: (count: number) => child.stdin.write(`${count}\n`),
    kill: () => {
      child.kill("SIGKILL")
      return ended
    },
    end: () => {
      child.stdin.end()
      return ended
    },
  }
}

/** Another process that takes so many events, and what it says at its end. */
export const listening = async (
  directory: string,
  count: number,
  command: readonly string[] = onNode("socketClient.ts"),
): Promise<{ seqs: number[]; refusal: string }> => {
  const child = start(command, [directory, String(count)])
  let text = ""
  child.stdout.on("data", (chunk) => (text += String(chunk)))
  await once(child, "close")
  return JSON.parse(text)
}

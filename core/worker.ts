import { Console } from "node:console"
import { isAbsolute } from "node:path"
import { pathToFileURL } from "node:url"
import type { MessagePort } from "node:worker_threads"
import { adapters } from "../plugins/index.ts"
import type { Adapter, Job } from "./plugin.ts"
import { credit, type FromJob, type PoolAnswer, type PoolTask, type ToJob, type Which } from "./world/pool/poolWire.ts"

/** How long a plugin may take to clean up after its last event. */
const farewellMs = 5000
/** A longer text in an event is cut: it would be copied to the journal and to every watcher. */
const longestText = 65_536

// stdout is data (`--json`); what a plugin prints is for the person
globalThis.console = new Console(process.stderr, process.stderr)
// a plugin must not end the worker, which other jobs share; Node itself may, after an error that nobody caught
const exit = process.exit
process.exit = (code) => {
  throw new Error(`process.exit(${code ?? ""}) was called; an adapter ends by yielding "ended"`)
}
process.once("uncaughtExceptionMonitor", () => (process.exit = exit))

const wordsOf = (cause: unknown): string => {
  try {
    return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
  } catch {
    return "something that can't even be printed"
  }
}

const cut = (_key: string, value: unknown): unknown =>
  typeof value === "string" && value.length > longestText ? `${value.slice(0, longestText)} […]` : value

const isAdapter = (value: unknown): value is Adapter =>
  typeof value === "object" &&
  value !== null &&
  "name" in value &&
  typeof value.name === "string" &&
  value.name !== "" &&
  "detect" in value &&
  typeof value.detect === "function" &&
  "run" in value &&
  typeof value.run === "function"

const load = async (module: string): Promise<Adapter> => {
  const loaded: unknown = await import(isAbsolute(module) ? pathToFileURL(module).href : module)
  const exported = typeof loaded === "object" && loaded !== null && "default" in loaded ? loaded.default : undefined
  if (isAdapter(exported)) return exported
  throw new Error("its default export is no adapter: { name, detect, run }")
}

const find = async (which: Which): Promise<Adapter> => {
  if (typeof which !== "string") return load(which.module)
  const found = adapters.find((adapter) => adapter.name === which)
  if (found === undefined) throw new Error(`there is no adapter ${which}; built in are ${adapters.map(({ name }) => name).join(", ")}`)
  return found
}

/** One job's end of its port: what it says, whether it was told to stop, and how much more it may say. */
const lineTo = (port: MessagePort) => {
  const stop = new AbortController()
  let room = credit
  let wake: (() => void) | undefined
  const left = Promise.withResolvers<void>()
  const post = (message: FromJob) => port.postMessage(message)
  const leave = () => {
    stop.abort()
    left.resolve()
    room = Infinity
    wake?.()
  }
  port.on("message", (message: ToJob) => {
    if (message.type === "cancel") stop.abort()
    else if (message.type === "left") leave()
    else if (message.type === "ping") post({ type: "here" })
    else room += message.count
    wake?.()
  })
  port.on("close", leave)
  const say = async (event: unknown): Promise<void> => {
    const json = JSON.stringify(event, cut)
    if (json === undefined) throw new Error("an event was no object")
    post({ type: "event", json })
    room -= 1
    while (room <= 0) await new Promise<void>((more) => (wake = more))
  }
  return { signal: stop.signal, left: left.promise, post, say }
}

const isEnded = (event: unknown): boolean => typeof event === "object" && event !== null && "type" in event && event.type === "ended"

/** Also lets a plugin get away with an array or a plain generator. */
async function* eventsOf(adapter: Adapter, job: Job, signal: AbortSignal): AsyncGenerator<unknown> {
  yield* adapter.run(job, signal)
}

const within = async (work: Promise<unknown>, ms: number, orElse: Promise<void>): Promise<void> => {
  const late = Promise.withResolvers<void>()
  const timer = setTimeout(late.resolve, ms)
  await Promise.race([work.then(undefined, () => {}), late.promise, orElse])
  clearTimeout(timer)
}

const run = async (which: Which, job: Job, port: MessagePort): Promise<void> => {
  const line = lineTo(port)
  line.post({ type: "here" })
  const follow = async (): Promise<void> => {
    const events = eventsOf(await find(which), job, line.signal)
    for (;;) {
      const next = await events.next()
      if (next.done === true) return
      await line.say(next.value)
      // whatever it would say after its verdict does not count; its own `finally` still gets the time to clean up
      if (isEnded(next.value)) return within(events.return(undefined), farewellMs, line.left)
    }
  }
  try {
    await Promise.race([follow(), line.left])
    line.post({ type: "closed" })
  } catch (cause) {
    line.post({ type: "closed", error: wordsOf(cause) })
  }
  await within(line.left, farewellMs, line.left)
  port.close()
}

const answer = async (task: Exclude<PoolTask, { readonly kind: "run" }>): Promise<unknown> => {
  switch (task.kind) {
    case "detect":
      return (await find(task.adapter)).detect(task.env, task.command)
    case "load":
      return load(task.module)
    case "names":
      return adapters.map(({ name }) => name)
  }
}

/** A worker's entry: drives adapters, many jobs at a time, and survives whatever one of them does. */
export default async function work(task: PoolTask): Promise<string> {
  let said: PoolAnswer
  try {
    if (task.kind === "run") await run(task.adapter, task.job, task.port)
    said = { value: task.kind === "run" ? null : await answer(task) }
  } catch (cause) {
    said = { error: wordsOf(cause) }
  }
  return JSON.stringify(said, cut)
}

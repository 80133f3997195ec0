import { existsSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { runtimeHere, type RuntimeName } from "../../scripts/runtime.ts"

const root = join(import.meta.dirname, "..", "..")
const inRoot = (path: string) => join(root, path)

/** A way to run a program: the words before its arguments, or the reason why it can't be run here. */
export interface Way {
  readonly name: "node" | "bun" | "deno" | "binary"
  /** What it is run from, for the name of a test; says so when it is skipped. */
  readonly title: string
  readonly command: readonly string[]
  readonly missing?: string
}

/** What a runtime needs before the file: Deno asks for every right otherwise, and would write a lock file into the project. */
const before: Record<RuntimeName, readonly string[]> = { bun: [], deno: ["run", "-A", "--no-lock", "--node-modules-dir=manual"] }

/** Runs a TypeScript file of the project on another runtime, which comes from npm when it isn't in `.cache` yet. */
export const onRuntime = async (name: RuntimeName, file: string): Promise<Way> => {
  const found = await runtimeHere(name)
  return "missing" in found
    ? { name, title: `${name} (skipped: ${found.missing})`, command: [], missing: found.missing }
    : { name, title: name, command: [found.file, ...before[name], inRoot(file)] }
}

/** Runs a TypeScript file of the project on the Node of the tests. */
export const onNode = (file: string): Way => ({ name: "node", title: "node", command: [process.execPath, inRoot(file)] })

/** Runs osier as the tier built it: the binary, which starts in a fifth of the time and is what people run; from source when a file is run by hand. */
export const osierBuilt = (): Way => {
  const built = process.env["OSIER_BUILT"] ?? "core/main.ts"
  return /\.m?[jt]s$/.test(built) ? onNode(built) : { name: "binary", title: "binary", command: [inRoot(built)] }
}

/** Runs the binary that `npm run build` made. */
export const binary = (): Way => {
  const file = inRoot(process.platform === "win32" ? "dist/osier.exe" : "dist/osier")
  const missing = "no dist/osier; type npm run build"
  return existsSync(file)
    ? { name: "binary", title: "binary", command: [file] }
    : { name: "binary", title: `binary (skipped: ${missing})`, command: [], missing }
}

/** Every way there is to run osier, for `describe.each`: skip where `missing` is set. */
export const osierWays = async (): Promise<readonly Way[]> => [
  onNode("core/main.ts"),
  binary(),
  await onRuntime("deno", "core/main.ts"),
  await onRuntime("bun", "core/main.ts"),
]

import { spawnSync } from "node:child_process"
import { chmodSync } from "node:fs"
import { join } from "node:path"
import { npmPackage } from "./npmPackage.ts"

/** The runtimes besides Node, in the exact versions that osier is tried with. They are no dependencies: only who needs one gets it. */
export const runtimes = {
  bun: {
    version: "1.4.5",
    packages: {
      "linux-x64": "@oven/bun-linux-x64",
      "linux-arm64": "@oven/bun-linux-aarch64",
      "darwin-x64": "@oven/bun-darwin-x64",
      "darwin-arm64": "@oven/bun-darwin-aarch64",
      "windows-x64": "@oven/bun-windows-x64",
    },
    program: "bin/bun",
  },
  deno: {
    version: "2.9.6",
    packages: {
      "linux-x64": "@deno/linux-x64-glibc",
      "linux-arm64": "@deno/linux-arm64-glibc",
      "darwin-x64": "@deno/darwin-x64",
      "darwin-arm64": "@deno/darwin-arm64",
      "windows-x64": "@deno/win32-x64",
    },
    program: "deno",
  },
} as const

export type RuntimeName = keyof typeof runtimes

/** The systems osier is built for. */
export const systems = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "windows-x64"] as const
export type System = (typeof systems)[number]

/** The system of this machine, if it is one of them. */
export const here = systems.find((system) => system === `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`)

/** The path of a runtime's program for a system; fails in one sentence when npm can't bring it. */
export const runtime = async (name: RuntimeName, system: System): Promise<string> => {
  const { version, packages, program } = runtimes[name]
  const folder = await npmPackage(packages[system], version).catch((cause: unknown) => {
    throw new Error(`${name} ${version} for ${system} can't be had from npm (${cause instanceof Error ? cause.message : String(cause)})`)
  })
  const file = join(folder, system.startsWith("windows") ? `${program}.exe` : program)
  // a package may hold it without the right to run it
  if (process.platform !== "win32") chmodSync(file, 0o755)
  return file
}

/** A runtime that was really started on this machine, or why there is none. */
export const runtimeHere = async (name: RuntimeName): Promise<{ readonly file: string } | { readonly missing: string }> => {
  const { version } = runtimes[name]
  if (here === undefined) return { missing: `there is no ${name} for ${process.platform} ${process.arch}` }
  try {
    const file = await runtime(name, here)
    const said = spawnSync(file, ["--version"], { encoding: "utf8" })
    return said.stdout?.includes(version)
      ? { file }
      : { missing: `${name} ${version} does not start here: ${said.error?.message ?? said.stderr}` }
  } catch (cause) {
    return { missing: cause instanceof Error ? cause.message : String(cause) }
  }
}

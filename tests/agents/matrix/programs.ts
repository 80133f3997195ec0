import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** The agent programs that are tried, at the versions that the matrix was last right with. */
export const versions = {
  "@anthropic-ai/claude-code": "2.1.332",
  "@openai/codex": "0.171.0",
  "@earendil-works/pi-coding-agent": "1.6.0",
} as const

const folder = join(import.meta.dirname, "..", "..", "..", ".cache", "agents")
const modules = join(folder, "node_modules")

const starts = {
  claude: "@anthropic-ai/claude-code/bin/claude.exe",
  codex: "@openai/codex/bin/codex.js",
  pi: "@earendil-works/pi-coding-agent/dist/bundle/cli.js",
} as const

const versionOf = (name: string): string | undefined => {
  const file = join(modules, name, "package.json")
  if (!existsSync(file)) return undefined
  const { version }: { readonly version?: string } = JSON.parse(readFileSync(file, "utf8"))
  return version
}

/** Whether every program is there at its version. */
export const areInstalled = (): boolean => Object.entries(versions).every(([name, version]) => versionOf(name) === version)

const install = (): void => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies: versions }))
  const words = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
  execFileSync("npm", words, { cwd: folder, stdio: ["ignore", 2, 2] })
  // without it the program is a few lines that say so
  execFileSync(process.execPath, ["install.cjs"], { cwd: join(modules, "@anthropic-ai/claude-code"), stdio: ["ignore", 2, 2] })
}

/** A folder for PATH with the pinned programs, and nothing else; installs from npm what is missing. */
export const programs = (): string => {
  if (!areInstalled()) install()
  const bin = join(folder, "bin")
  rmSync(bin, { recursive: true, force: true })
  mkdirSync(bin)
  for (const [name, path] of Object.entries(starts)) symlinkSync(join(modules, path), join(bin, name))
  return bin
}

import { execFile } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { expect, test } from "vitest"
import { makeFolder, makeRepo } from "../support/repo.ts"

const root = join(import.meta.dirname, "..", "..")
const dist = join(root, "dist")
const missing = existsSync(join(dist, "package.json")) ? "" : " (skipped: no dist/package.json; type npm run build)"
const run = promisify(execFile)

/** A folder in which the package of `dist/` is installed, as npm would unpack it. */
const installed = async (): Promise<string> => {
  const folder = makeFolder()
  const { stdout } = await run("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder, dist], { cwd: folder })
  mkdirSync(join(folder, "node_modules", "osier"), { recursive: true })
  await run("tar", ["-xzf", stdout.trim(), "-C", "node_modules/osier", "--strip-components=1"], { cwd: folder })
  return folder
}

const program = `
import { open } from "osier"
import { connect } from "osier/client"
import { splitLines } from "osier/kit"
const osier = await open(process.argv[2])
const added = await osier.addTasks(["first", "second"])
const report = await osier.run(added.map(({ id }) => id))
const types = []
for await (const { type } of osier.events()) types.push(type)
await osier.close()
console.log(JSON.stringify({ report, types: types.length, functions: [typeof connect, typeof splitLines] }))
`

const typed = `
import { open, type Event, type Report } from "osier"
import { connect } from "osier/client"
import type { Adapter } from "osier/plugin"
import { startProgram } from "osier/kit"
export const report = async (): Promise<Report> => (await open()).run([1])
export const landed = (event: Event): string => (event.type === "Landed" ? event.commit : "")
// @ts-expect-error -- because an adapter that can't run is none: the types are really there
export const half: Adapter = { name: "half" }
export { connect, startProgram }
`

test.skipIf(missing !== "")(
  `the packed package runs tasks, and has its types and its program${missing}`,
  { timeout: 120_000 },
  async () => {
    const folder = await installed()
    expect(existsSync(join(folder, "node_modules/osier/osier"))).toBe(false)
    const repo = makeRepo({
      "osier.yaml": `agents:\n  scribe: { adapter: shell, command: ["sh", "-c", "cat > $OSIER_SLUG.md"] }\ngates:\n  test: ["sh", "-c", "true"]\n`,
    })
    writeFileSync(join(folder, "program.mjs"), program)
    const ran = JSON.parse((await run(process.execPath, ["program.mjs", repo.path], { cwd: folder })).stdout)
    expect(ran.report).toMatchObject({ exit: 0, landed: [{ title: "first" }, { title: "second" }] })
    expect(ran.types).toBeGreaterThan(10)
    expect(ran.functions).toEqual(["function", "function"])
    expect(repo.git("ls-files", "*.md").split("\n")).toEqual(["first.md", "second.md"])

    const { version, bin }: { readonly version: string; readonly bin: { readonly osier: string } } = JSON.parse(
      readFileSync(join(folder, "node_modules/osier/package.json"), "utf8"),
    )
    const said = await run(process.execPath, [join("node_modules/osier", bin.osier), "--version"], { cwd: folder })
    expect(said.stdout).toBe(`osier ${version}\n`)

    // what is inside is given away under conditions: their texts come along, in the package and in the program
    const notices = readFileSync(join(folder, "node_modules/osier/THIRD-PARTY-NOTICES.txt"), "utf8")
    const licensed = await run(process.execPath, [join("node_modules/osier", bin.osier), "licenses", "--json"], { cwd: folder })
    const { packages }: { readonly packages: readonly { readonly name: string; readonly text: string }[] } = JSON.parse(licensed.stdout)
    expect(packages.map(({ name }) => name)).toEqual(expect.arrayContaining(["osier", "effect", "ws", "yaml"]))
    for (const { text } of packages) expect(notices).toContain(text.trim())
    const bill = JSON.parse(readFileSync(join(folder, "node_modules/osier/sbom.cdx.json"), "utf8"))
    expect(bill).toMatchObject({ bomFormat: "CycloneDX", metadata: { component: { name: "osier", version } } })

    // the types speak of Effect's, which npm would have installed beside it
    symlinkSync(join(root, "node_modules/effect"), join(folder, "node_modules/effect"))
    mkdirSync(join(folder, "node_modules/@types"))
    symlinkSync(join(root, "node_modules/@types/node"), join(folder, "node_modules/@types/node"))
    writeFileSync(join(folder, "typed.ts"), typed)
    const strict = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "es2024", "--types", "node", "typed.ts"]
    const checked = await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), ...strict], { cwd: folder }).catch(
      (error: { readonly stdout: string }) => error,
    )
    expect(checked.stdout).toBe("")
  },
)

import { spawnSync } from "node:child_process"
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { basename, join, resolve } from "node:path"
import { parseArgs } from "node:util"
import { rolldown, type Plugin } from "rolldown"
import { noticesText } from "./core/domain/text/notice.ts"
import { billOfMaterials } from "./scripts/billOfMaterials.ts"
import { checksums } from "./scripts/checksums.ts"
import { noticeOf, noticesOf, runtimeNotices, type Bundled } from "./scripts/notices.ts"
import { published } from "./scripts/published.ts"
import { here, runtime, runtimeHere, systems, type System } from "./scripts/runtime.ts"

const help = `npm run build                      bundle to dist/*.mjs, a package for npm, and dist/osier for this machine
npm run build -- --all             dist/osier-<system> for ${systems.join(", ")}, and their SHA256SUMS
npm run build -- --engine deno     compile with Deno instead of Bun
npm run build -- --bundle          only the bundle and the package
npm run build -- --out <folder>    there instead of dist/`

const root = import.meta.dirname
mkdirSync(join(root, ".cache"), { recursive: true })
/** Everything is made here and moved to its place at the end: what runs from dist/ meanwhile is not pulled from under its feet. */
const workshop = mkdtempSync(join(root, ".cache", "build-"))

/** What is started by its file: the program, the library's doors, a worker's code, and the code tinypool starts in a worker. */
const doors = {
  osier: "core/main.ts",
  library: "core/osier.ts",
  client: "core/client.ts",
  kit: "core/kit/index.ts",
  worker: "core/worker.ts",
  thread: "node_modules/tinypool/dist/entry/worker.js",
}
/** The ones an executable needs; no import leads to the last two, so they are embedded by name. */
const embedded = ["osier.mjs", "worker.mjs", "thread.mjs"]

class Unable extends Error {}

const ourWorker = /new URL\("[./]*\/worker\.ts", import\.meta\.url\)/
const theirWorker = `import.meta.url + "/../entry/worker.js"`

/** Workers are started by file name, which no bundler follows: both names are turned into those of our own doors. */
const workerNames = (): Plugin => {
  const seen = { ours: false, theirs: false }
  return {
    name: "worker-names",
    transform(code, id) {
      if (code.includes(theirWorker) && id.includes("tinypool")) {
        seen.theirs = true
        return code.replace(theirWorker, `new URL("./thread.mjs", import.meta.url)`)
      }
      if (!id.endsWith(".ts") || !ourWorker.test(code)) return null
      seen.ours = true
      return code.replace(ourWorker, `new URL("./worker.mjs", import.meta.url)`)
    },
    buildEnd(error) {
      if (error !== undefined) return
      if (!seen.theirs)
        throw new Error(`tinypool starts its worker in a new way: find its new Worker(…) and correct theirWorker in build.config.ts`)
      if (!seen.ours)
        throw new Error(`nothing in core/ says new URL("./worker.ts", import.meta.url): the pool would find no worker in the bundle`)
    },
  }
}

/** The place in the sources that the notices of a build take. */
const noticesPlace = join(root, "core", "cli", "bundled.ts")
const withNotices = (notices: readonly Bundled[]): Plugin => ({
  name: "notices",
  load: (id) => (resolve(id) === noticesPlace ? { code: `export const bundled = ${JSON.stringify(notices)}`, moduleType: "js" } : null),
})

const open = (plugins: readonly Plugin[]) =>
  rolldown({
    cwd: root,
    input: doors,
    platform: "node",
    external: [/^node:/, "bufferutil", "utf-8-validate"],
    plugins: [workerNames(), ...plugins],
  })

/** Which packages a bundle holds is only known when there is one, so it is first made in memory. */
const contents = async (): Promise<readonly Bundled[]> => {
  const trial = await open([])
  const { output } = await trial.generate({ format: "esm" })
  await trial.close()
  return noticesOf(
    output
      .flatMap((part) => (part.type === "chunk" ? Object.entries(part.modules) : []))
      .flatMap(([id, { renderedLength }]) => (renderedLength > 0 ? [id] : [])),
  )
}

const bundle = async (engine: keyof typeof engines): Promise<void> => {
  const parts = [...(await contents()), runtimeNotices[engine]]
  const notices = [noticeOf(root), ...parts]
  const build = await open([withNotices(notices)])
  await build.write({
    dir: workshop,
    format: "esm",
    entryFileNames: "[name].mjs",
    chunkFileNames: "part-[hash].mjs",
    minify: true,
    // Programs tell errors of the library by the names of their classes.
    keepNames: true,
    postBanner: ({ name, isEntry }) => (isEntry && name === "osier" ? "#!/usr/bin/env node" : ""),
  })
  await build.close()
  chmodSync(join(workshop, "osier.mjs"), 0o755)
  writeFileSync(join(workshop, "THIRD-PARTY-NOTICES.txt"), `${noticesText(notices)}\n`)
  writeFileSync(join(workshop, "sbom.cdx.json"), billOfMaterials(root, parts))
}

const run = (file: string, args: readonly string[]): string => {
  const { status, stdout, stderr, error } = spawnSync(file, args, { cwd: workshop, encoding: "utf8" })
  if (status !== 0) throw new Unable(error?.message ?? `${stderr}${stdout}`.trim())
  return stdout
}

const asExe = (name: string, system: System) => (system.startsWith("windows") ? `${name}.exe` : name)

/** The runtime of another system comes from npm too, so nothing is downloaded by Bun itself. */
const withBun = async (system: System, name: string): Promise<string> => {
  if (here === undefined) throw new Unable(`There is no Bun for ${process.platform} ${process.arch}.`)
  const bun = await runtime("bun", here)
  const base = await runtime("bun", system)
  const to = join(workshop, asExe(name, system))
  // made under its own name, by which it goes inside
  const aside = mkdtempSync(join(workshop, "making-"))
  const made = join(aside, asExe("osier", system))
  // settings that lie in the folder osier is started in are the user's, for their own programs
  const deaf = ["dotenv", "bunfig", "tsconfig", "package-json"].map((what) => `--no-compile-autoload-${what}`)
  const target = [`--target=bun-${system}`, `--compile-executable-path=${base}`]
  run(bun, ["build", "--compile", "--minify", "--bytecode", "--format=esm", ...deaf, ...target, ...embedded, "--outfile", made])
  renameSync(made, to)
  rmSync(aside, { recursive: true })
  return to
}

const denoSystems: Record<System, string> = {
  "linux-x64": "x86_64-unknown-linux-gnu",
  "linux-arm64": "aarch64-unknown-linux-gnu",
  "darwin-x64": "x86_64-apple-darwin",
  "darwin-arm64": "aarch64-apple-darwin",
  "windows-x64": "x86_64-pc-windows-msvc",
}

const withDeno = async (system: System, name: string): Promise<string> => {
  const deno = await runtimeHere("deno")
  if ("missing" in deno) throw new Unable(deno.missing)
  const to = join(workshop, asExe(name, system))
  const include = embedded.slice(1).flatMap((file) => ["--include", file])
  try {
    run(deno.file, [
      "compile",
      "-A",
      "--no-check",
      "--no-lock",
      "--no-config",
      "--target",
      denoSystems[system],
      ...include,
      "-o",
      to,
      "osier.mjs",
    ])
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause)
    const url = /https:\/\/\S*denort\S*?\.zip/.exec(said)?.[0]
    throw url === undefined
      ? cause
      : new Unable(
          `Deno compiles with a runtime base from ${url}, which can't be fetched from here; use the engine bun, which comes from npm.`,
        )
  }
  return to
}

const engines = { bun: withBun, deno: withDeno }
const isEngine = (name: string): name is keyof typeof engines => Object.hasOwn(engines, name)

const sizeOf = (file: string): string => {
  const { size } = statSync(file)
  return size < 1e6 ? `${(size / 1e3).toFixed(1)} kB` : `${(size / 1e6).toFixed(1)} MB`
}

/** One line for each thing made: what, how big, how long. */
const timed = async (make: () => Promise<readonly string[]>): Promise<void> => {
  const start = performance.now()
  const files = await make()
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  for (const file of files) console.log(`${basename(file).padEnd(28)} ${sizeOf(file).padStart(9)}  ${seconds} s`)
}

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      all: { type: "boolean" },
      bundle: { type: "boolean" },
      engine: { type: "string", default: "bun" },
      out: { type: "string", default: "dist" },
      help: { type: "boolean" },
    },
  })
  if (values.help === true) return console.log(help)
  const { engine } = values
  if (!isEngine(engine)) throw new Unable(`There is no engine ${engine}; they are ${Object.keys(engines).join(" and ")}.`)
  const dist = resolve(root, values.out)
  if (existsSync(dist) && readdirSync(dist).length > 0 && !existsSync(join(dist, "osier.mjs"))) {
    throw new Unable(`${dist} holds something else than a build, which would be lost; name an empty folder.`)
  }
  await timed(async () => {
    await bundle(engine)
    return readdirSync(workshop).map((name) => join(workshop, name))
  })
  const wanted = values.bundle === true ? [] : values.all === true ? systems : here === undefined ? [] : [here]
  for (const system of wanted) await timed(async () => [await engines[engine](system, values.all === true ? `osier-${system}` : "osier")])
  if (values.all === true)
    await timed(async () => [
      checksums(workshop, [...wanted.map((system) => asExe(`osier-${system}`, system)), "sbom.cdx.json", "THIRD-PARTY-NOTICES.txt"]),
    ])
  // last, so that no compiler takes its settings for the program's
  published(workshop, doors)
  rmSync(dist, { recursive: true, force: true })
  // a temporary folder is closed to others, and what is built is for every user of the machine
  chmodSync(workshop, 0o777 & ~process.umask())
  renameSync(workshop, dist)
}

try {
  await main()
} catch (cause) {
  if (!(cause instanceof Unable)) throw cause
  console.error(cause.message)
  process.exitCode = 3
} finally {
  rmSync(workshop, { recursive: true, force: true })
}

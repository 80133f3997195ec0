import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { runtimes, type RuntimeName } from "./runtime.ts"

/** One package of a build, as the notices and the bill of materials name it. */
export interface Bundled {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly text: string
}

interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly license?: string
}

/** What a package's own folder says of it; a package without a licence text may not be shipped, so that is an error. */
export const noticeOf = (folder: string): Bundled => {
  const { name, version, license }: Manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)([-.].*)?$/i.test(file))
  const text = files
    .toSorted()
    .map((file) => readFileSync(join(folder, file), "utf8").trim())
    .join("\n\n")
  if (name === undefined || version === undefined || license === undefined || text === "")
    throw new Error(`${folder} is in the bundle and has no name, version, licence or licence text: it can't be shipped.`)
  return { name, version, license, text }
}

const inPackages = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/

/** The packages that the modules of a bundle come from, by name. */
export const noticesOf = (modules: Iterable<string>): readonly Bundled[] => {
  const folders = new Set([...modules].flatMap((id) => inPackages.exec(id)?.[1] ?? []))
  return [...folders].map(noticeOf).toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

/** What an executable holds beside the bundle, by the engine that compiles it. Their packages bring no licence text, so its place is named. */
export const runtimeNotices: Readonly<Record<RuntimeName, Bundled>> = {
  bun: {
    name: "bun",
    version: runtimes.bun.version,
    license: "MIT AND LGPL-2.1-only",
    text: `Only the executables hold Bun; the bundle for Node does not. Bun is under the MIT licence, the JavaScriptCore inside of it under
LGPL-2.1, and its other parts under licences of their own. All of them are listed, with the way to the sources, at
https://bun.com/docs/project/license`,
  },
  deno: {
    name: "deno",
    version: runtimes.deno.version,
    license: "MIT AND BSD-3-Clause",
    text: `Only the executables hold Deno; the bundle for Node does not. Deno is under the MIT licence, the V8 inside of it under
BSD-3-Clause, and its other parts under licences of their own. All of them are listed at
https://github.com/denoland/deno`,
  },
}

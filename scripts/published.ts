import { spawnSync } from "node:child_process"
import { copyFileSync, cpSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"

const root = join(import.meta.dirname, "..")

interface Manifest {
  readonly exports: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly [key: string]: unknown
}

/** Declarations of the doors and of all they lead to. */
const declare = (folder: string, files: readonly string[]): void => {
  const project = join(folder, "tsconfig.types.json")
  const here = relative(folder, root)
  // whether the types are right is for the tests to say
  const compilerOptions = { noCheck: true, noEmit: false, emitDeclarationOnly: true, declaration: true, rootDir: here, outDir: "types" }
  writeFileSync(
    project,
    JSON.stringify({ extends: join(here, "tsconfig.json"), compilerOptions, include: [], files: files.map((file) => join(here, file)) }),
  )
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc")
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, "-p", project, "--pretty", "false"], { encoding: "utf8" })
  rmSync(project)
  if (status !== 0) throw new Error(`the declarations can't be made:\n${stderr}${stdout}`.trim())
}

/**
 * Makes the folder of a bundle a package that npm can publish. In the project `osier` means its sources; Node refuses TypeScript
 * inside of `node_modules`, so there it means the bundle. `doors` are its files by the sources they were made of.
 */
export const published = (folder: string, doors: Readonly<Record<string, string>>): void => {
  const { name, version, description, license, engines, ...own }: Manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  const byFile = new Map(Object.entries(doors).map(([door, file]) => [`./${file}`, `./${door}.mjs`]))
  const exports = Object.fromEntries(
    Object.entries(own.exports).map(([path, file]) => {
      const bundled = byFile.get(file)
      // a door without code is types alone
      return [
        path,
        { types: file.replace("./", "./types/").replace(/\.ts$/, ".d.ts"), ...(bundled === undefined ? {} : { default: bundled }) },
      ]
    }),
  )
  const manifest = {
    ...{ name, version, description, license, type: "module", engines },
    bin: { osier: byFile.get("./core/main.ts") },
    exports,
    files: ["*.mjs", "types", "docs", "CHANGELOG.md", "CONTRIBUTING.md", "THIRD-PARTY-NOTICES.txt", "sbom.cdx.json"],
    // all code is in the bundle; its types speak of Effect's
    dependencies: { effect: own.dependencies["effect"] },
  }
  declare(
    folder,
    Object.values(own.exports).map((file) => file.slice(2)),
  )
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`)
  for (const file of ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"]) copyFileSync(join(root, file), join(folder, file))
  cpSync(join(root, "docs"), join(folder, "docs"), { recursive: true })
}

import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Bundled } from "./notices.ts"

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly integrity?: string }>>
}

/** npm says `sha512-<base64>`, a bill of materials hex. */
const hashesOf = (integrity: string | undefined): object => {
  const base64 = /^sha512-(.+)$/.exec(integrity ?? "")?.[1]
  return base64 === undefined ? {} : { hashes: [{ alg: "SHA-512", content: Buffer.from(base64, "base64").toString("hex") }] }
}

const purl = (name: string, version: string): string => `pkg:npm/${name.replace("@", "%40")}@${version}`

/** The bill of materials of a build (CycloneDX 1.6): no date and no serial number, so that two builds of one commit are equal. */
export const billOfMaterials = (root: string, bundled: readonly Bundled[]): string => {
  const { name, version, license }: Bundled = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  const { packages }: Lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"))
  const licensed = (id: string) => ({ licenses: [/^[\w.-]+$/.test(id) ? { license: { id } } : { expression: id }] })
  const own = { type: "application", "bom-ref": purl(name, version), name, version, ...licensed(license), purl: purl(name, version) }
  const components = bundled.map((one) => ({
    type: "library",
    "bom-ref": purl(one.name, one.version),
    name: one.name,
    version: one.version,
    ...licensed(one.license),
    purl: purl(one.name, one.version),
    ...hashesOf(packages[`node_modules/${one.name}`]?.integrity),
  }))
  const dependencies = [{ ref: own["bom-ref"], dependsOn: components.map((one) => one["bom-ref"]) }]
  const bill = { bomFormat: "CycloneDX", specVersion: "1.6", version: 1, metadata: { component: own }, components, dependencies }
  return `${JSON.stringify(bill, undefined, 2)}\n`
}

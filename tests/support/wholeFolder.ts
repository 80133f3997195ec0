import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs"
import { join } from "node:path"

/** Every file, link and folder below a folder with its mode and bytes, for comparing two folders; names are read as bytes. */
export const wholeFolder = (root: string, skip: (path: string) => boolean = () => false): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  const look = (at: Buffer, path: string) => {
    for (const name of readdirSync(at, { encoding: "buffer" })) {
      const child = Buffer.concat([at, Buffer.from("/"), name])
      const shown = path === "" ? name.toString("latin1") : `${path}/${name.toString("latin1")}`
      if (skip(shown)) continue
      const stat = lstatSync(child)
      const mode = (stat.mode & 0o7777).toString(8)
      if (stat.isDirectory()) {
        found.set(`${shown}/`, mode)
        look(child, shown)
      } else if (stat.isSymbolicLink()) found.set(shown, `link ${readlinkSync(child, { encoding: "buffer" }).toString("latin1")}`)
      else found.set(shown, `${mode} ${readFileSync(child).toString("latin1")}`)
    }
  }
  look(Buffer.from(join(root)), "")
  return found
}

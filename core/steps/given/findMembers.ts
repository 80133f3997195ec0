import * as Effect from "effect/Effect"
import { join } from "node:path"
import type { FoundGate } from "../../domain/settings/settingsDraft.ts"
import { cargoMembers, goMembers, handsOn, hasTest, jsonOf, membersAmong, nodeMembers } from "../../domain/settings/workspace.ts"
import { valueAt } from "../../domain/text/yamlPlace.ts"
import { Files } from "../../world/machine/files.ts"

/** How a package manager of JavaScript runs the tests of one member. */
export type MemberTest = (folder: string, name: string) => string

/** More than these would make osier.yaml a list that nobody reads, and each landing slow. */
const most = 12

/** The members of a workspace that are tested, as a gate each, and whether the root's own tests are more than all of theirs. */
export const findMembers = Effect.fn("findMembers")(function* (root: string, tracked: readonly string[], memberTest: MemberTest) {
  const files = yield* Files
  const text = (path: string) => files.text(join(root, path)).pipe(Effect.orElseSucceed(() => undefined))
  const foldersOf = (manifest: string) =>
    tracked.filter((path) => path.endsWith(`/${manifest}`)).map((path) => path.slice(0, -manifest.length - 1))
  const gates: FoundGate[] = []
  const add = (folder: string, run: string, from: string) =>
    void gates.push({ name: nameOf(folder, gates), run, from, scope: [`${folder}/**`] })

  const manifest = yield* text("package.json")
  const node = membersAmong(nodeMembers(manifest, yield* text("pnpm-workspace.yaml")), foldersOf("package.json"))
  for (const folder of node) {
    const own = yield* text(`${folder}/package.json`)
    const name = valueAt(jsonOf(own), ["name"])
    if (hasTest(own)) add(folder, memberTest(folder, typeof name === "string" ? name : folder), `${folder}/package.json`)
  }
  const cargo = membersAmong(cargoMembers(yield* text("Cargo.toml")), foldersOf("Cargo.toml"))
  for (const folder of cargo) {
    const own = (yield* text(`${folder}/Cargo.toml`)) ?? ""
    const name = /^\s*name\s*=\s*["']([^"']+)["']/m.exec(/^\[package\]\s*$([\s\S]*)/m.exec(own)?.[1] ?? "")?.[1]
    if (name !== undefined) add(folder, `cargo test -p ${name}`, `${folder}/Cargo.toml`)
  }
  const go = membersAmong(goMembers(yield* text("go.work")), foldersOf("go.mod"))
  for (const folder of go) add(folder, `go test ./${folder}/...`, "go.work")
  return {
    gates: gates.slice(0, most),
    left: gates.slice(most).map(({ scope }) => scope?.[0] ?? ""),
    node: node.length > 0,
    cargo: cargo.length > 0,
    go: go.length > 0,
    rootHandsOn: handsOn(manifest),
  }
})

/** A gate is named by its folder; where two folders end alike, by more of their way. */
const nameOf = (folder: string, taken: readonly FoundGate[]): string => {
  const parts = folder.split("/").map((part) => part.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[^A-Za-z0-9]+/, ""))
  const names = parts.map((_, at) =>
    parts
      .slice(-1 - at)
      .join("-")
      .slice(0, 64),
  )
  return names.find((name) => name !== "" && !taken.some((gate) => gate.name === name)) ?? `gate-${taken.length + 1}`
}
